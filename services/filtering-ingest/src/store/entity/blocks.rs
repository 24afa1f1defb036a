//! The table of kept observations in blocks.

pub(crate) mod observation_block {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "observation_block")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub school_id: String,
        /// Whose key seals it.
        pub feed_id: String,
        /// The hour that all of it happened in.
        pub hour_us: i64,
        pub first_us: i64,
        pub last_us: i64,
        pub count: i64,
        /// Keyed hashes of those by whom it was, in order.
        pub actors: Vec<u8>,
        pub body: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
