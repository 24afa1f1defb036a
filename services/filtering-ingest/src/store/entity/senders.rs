//! The tables of senders and of what waits because its school is not known.

pub(crate) mod sender {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sender")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub school_id: String,
        pub name: String,
        pub secret: Vec<u8>,
        pub old_secret: Option<Vec<u8>>,
        pub old_until_us: Option<i64>,
        pub certificate: Option<String>,
        pub peer: Option<String>,
        pub ended_us: Option<i64>,
        pub received_us: Option<i64>,
        pub outside_us: Option<i64>,
        pub critical_us: Option<i64>,
        pub full_us: Option<i64>,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod sender_hour {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sender_hour")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub sender_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub hour_us: i64,
        pub received: i64,
        pub observations: i64,
        pub refused: i64,
        pub duplicate: i64,
        pub quarantined: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod quarantine {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "quarantine")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub sender_id: String,
        pub routing_key: String,
        pub reason: String,
        pub lines: i64,
        pub critical: i64,
        pub bytes: i64,
        pub received_us: i64,
        pub delivery_id: String,
        pub due: i32,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
