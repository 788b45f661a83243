package dev.lateen.proxy.message;

import org.jspecify.annotations.Nullable;

/**
 * Why a response is not simply what the upstream said, with the short text of Envoy's {@code %RESPONSE_FLAGS%}
 * (Envoy docs, "Access logging", response flags). Envoy writes them in the order in which they are set; the order here is that one, first what
 * filters and the choice of a route set, then what retries add, then how the last try ended.
 */
public enum ResponseFlag {
    DOWNSTREAM_PROTOCOL_ERROR("DPE"),
    RATE_LIMITED("RL"),
    UNAUTHORIZED_EXTERNAL_SERVICE("UAEX"),
    DELAY_INJECTED("DI"),
    FAULT_INJECTED("FI"),
    NO_ROUTE_FOUND("NR"),
    NO_CLUSTER_FOUND("NC"),
    UPSTREAM_RETRY_LIMIT_EXCEEDED("URX"),
    UPSTREAM_OVERFLOW("UO"),
    NO_HEALTHY_UPSTREAM("UH"),
    UPSTREAM_CONNECTION_FAILURE("UF"),
    UPSTREAM_CONNECTION_TERMINATION("UC"),
    UPSTREAM_REQUEST_TIMEOUT("UT"),
    UPSTREAM_REMOTE_RESET("UR"),
    UPSTREAM_PROTOCOL_ERROR("UPE"),
    UPSTREAM_MAX_STREAM_DURATION_REACHED("UMSDR"),
    LOCAL_RESET("LR"),
    STREAM_IDLE_TIMEOUT("SI"),
    DURATION_TIMEOUT("DT"),
    DNS_RESOLUTION_FAILED("DF"),
    OVERLOAD_MANAGER("OM"),
    DOWNSTREAM_CONNECTION_TERMINATION("DC"),
    DOWNSTREAM_REMOTE_RESET("DR");

    private static final ResponseFlag[] VALUES = values();

    private final String text;

    ResponseFlag(String text) {
        this.text = text;
    }

    /** The two to five letters of an access log. */
    public String text() {
        return text;
    }

    /** This flag's bit in {@link ExchangeFacts#responseFlags()}. */
    public int bit() {
        return 1 << ordinal();
    }

    /** The flags of {@code bits} joined by commas in order of their declaration, or null when none is set. */
    public static @Nullable String text(int bits) {
        if (bits == 0) {
            return null;
        }
        StringBuilder out = new StringBuilder();
        for (ResponseFlag flag : VALUES) {
            if ((bits & flag.bit()) != 0) {
                out.append(out.isEmpty() ? "" : ",").append(flag.text);
            }
        }
        return out.toString();
    }
}
