package dev.lateen.proxy.upstream;

/** What went wrong on our side of a host, for outlier detection: Envoy's local-origin results. */
public enum LocalFailure {
    /** The connection could not be made, or a stream was reset before a response: counts as a 503 unless local origin is split off. */
    CONNECT,
    /** No answer in time: counts as a 504 unless local origin is split off. */
    TIMEOUT
}
