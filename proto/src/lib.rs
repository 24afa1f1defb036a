//! The contract: messages, clients and servers generated from the `.proto` files beside this crate,
//! the descriptors they come from, and the rules each rpc names there (`contract`).

pub mod contract;
pub mod text;

/// The descriptor set the crate was generated from, with Hedgerow's own options in it.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptor.bin"));

/// Who calls, what each rpc asks of them, and sign-in.
pub mod access {
    #[allow(missing_docs, clippy::all)]
    pub mod v1 {
        tonic::include_proto!("hedgerow.access.v1");
    }
}

/// Why a call was refused.
pub mod error {
    #[allow(missing_docs, clippy::all)]
    pub mod v1 {
        tonic::include_proto!("hedgerow.error.v1");
    }
}

/// What services tell each other.
pub mod event {
    #[allow(missing_docs, clippy::all)]
    pub mod v1 {
        tonic::include_proto!("hedgerow.event.v1");
    }
}

/// The filtering-ingest service.
pub mod filtering_ingest {
    #[allow(missing_docs, clippy::all)]
    pub mod v1 {
        tonic::include_proto!("hedgerow.filtering_ingest.v1");
    }
}

/// The incident-cases service.
pub mod incident_cases {
    #[allow(missing_docs, clippy::all)]
    pub mod v1 {
        tonic::include_proto!("hedgerow.incident_cases.v1");
    }
}

/// The policy-registry service.
pub mod policy_registry {
    #[allow(missing_docs, clippy::all)]
    pub mod v1 {
        tonic::include_proto!("hedgerow.policy_registry.v1");
    }
}

/// The reporting service.
pub mod reporting {
    #[allow(missing_docs, clippy::all)]
    pub mod v1 {
        tonic::include_proto!("hedgerow.reporting.v1");
    }
}
