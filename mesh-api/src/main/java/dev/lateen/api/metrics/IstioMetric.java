package dev.lateen.api.metrics;

/** Istio's standard metrics, by their names in Prometheus. */
public enum IstioMetric {
    /** Counter of requests. */
    REQUESTS_TOTAL("istio_requests_total"),
    /** Histogram of the time from the first byte in to the last byte out, in milliseconds. */
    REQUEST_DURATION_MILLISECONDS("istio_request_duration_milliseconds"),
    /** Histogram of the size of requests, in bytes. */
    REQUEST_BYTES("istio_request_bytes"),
    /** Histogram of the size of responses, in bytes. */
    RESPONSE_BYTES("istio_response_bytes"),
    /** Counter of gRPC messages to the server. */
    REQUEST_MESSAGES_TOTAL("istio_request_messages_total"),
    /** Counter of gRPC messages to the client. */
    RESPONSE_MESSAGES_TOTAL("istio_response_messages_total"),
    /** Counter of bytes to the client of a TCP connection. */
    TCP_SENT_BYTES_TOTAL("istio_tcp_sent_bytes_total"),
    /** Counter of bytes from the client of a TCP connection. */
    TCP_RECEIVED_BYTES_TOTAL("istio_tcp_received_bytes_total"),
    /** Counter of TCP connections opened. */
    TCP_CONNECTIONS_OPENED_TOTAL("istio_tcp_connections_opened_total"),
    /** Counter of TCP connections closed. */
    TCP_CONNECTIONS_CLOSED_TOTAL("istio_tcp_connections_closed_total");

    private final String metricName;

    IstioMetric(String metricName) {
        this.metricName = metricName;
    }

    /** The name in Prometheus. */
    public String metricName() {
        return metricName;
    }
}
