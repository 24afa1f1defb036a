//! The tables of coverage and keeping.

pub(crate) mod coverage_hour {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "coverage_hour")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub feed_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub hour_us: i64,
        pub school_id: String,
        pub events: i64,
        pub minutes: i64,
        pub received: i64,
        pub malformed: i64,
        pub duplicates: i64,
        pub ahead: i64,
        pub lag_min_s: Option<i64>,
        pub lag_max_s: Option<i64>,
        pub batches: i64,
        pub observed: i64,
        pub device: i64,
        pub address: i64,
        pub person: i64,
        pub timed: i64,
        pub content: i64,
        pub mapped: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod rollup_hour {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "rollup_hour")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub feed_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub hour_us: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub category: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub outcome: String,
        pub school_id: String,
        pub count: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod fingerprint_hour {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "fingerprint_hour")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub feed_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub hour_us: i64,
        pub school_id: String,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod delivery_seen {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "delivery_seen")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub feed_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub delivery_id: String,
        pub school_id: String,
        pub events: i64,
        pub duplicates: i64,
        pub last_us: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod feed_rhythm {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "feed_rhythm")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub school_id: String,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod feed_coverage {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "feed_coverage")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub feed_id: String,
        pub school_id: String,
        pub silent: i32,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod coverage_day {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "coverage_day")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub school_id: String,
        /// Empty for the school as a whole.
        #[sea_orm(primary_key, auto_increment = false)]
        pub feed_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub date: String,
        pub counted_us: i64,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod coverage_recount {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "coverage_recount")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub school_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub date: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod school_year {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "school_year")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub school_id: String,
        pub body: Vec<u8>,
        /// The last school day that was counted; empty before the first.
        pub counted_until: String,
        /// The month, from year 0, whose beginning all that was kept before was last deleted up to.
        pub deleted_month: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod log_deletion {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "log_deletion")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub school_id: String,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
