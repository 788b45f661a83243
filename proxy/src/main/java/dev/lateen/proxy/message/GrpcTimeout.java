package dev.lateen.proxy.message;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The header {@code grpc-timeout}: at most eight digits and a unit (gRPC over HTTP/2, "Timeout"). */
public final class GrpcTimeout {
    private static final int MAX_DIGITS = 8;
    private static final long MAX_MILLIS = 99_999_999;

    private GrpcTimeout() {}

    /**
     * How long the whole answer may take, zero for ever: for gRPC requests on routes with {@code max_grpc_timeout} what the client says, at most
     * that, where zero is no limit; for others the route's timeout.
     *
     * @param most null when the route does not look at the header
     */
    public static Duration of(RequestHead head, Duration route, @Nullable Duration most) {
        if (most == null || !head.isGrpc()) {
            return route;
        }
        Duration wanted = parse(head.headers().get("grpc-timeout"));
        boolean cut = !most.isZero() && (wanted.isZero() || wanted.compareTo(most) > 0);
        return cut ? most : wanted;
    }

    /** Zero when there is none, or none that can be read. */
    static Duration parse(@Nullable CharSequence value) {
        int digits = value == null ? 0 : value.length() - 1;
        if (value == null || digits < 1 || digits > MAX_DIGITS) {
            return Duration.ZERO;
        }
        long number = 0;
        for (int i = 0; i < digits; i++) {
            int digit = value.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return Duration.ZERO;
            }
            number = 10 * number + digit;
        }
        return switch (value.charAt(digits)) {
            case 'H' -> Duration.ofHours(number);
            case 'M' -> Duration.ofMinutes(number);
            case 'S' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMillis(number);
            // What is less than a millisecond but not nothing is one.
            case 'u' -> Duration.ofMillis((number + 999) / 1000);
            case 'n' -> Duration.ofMillis((number + 999_999) / 1_000_000);
            default -> Duration.ZERO;
        };
    }

    /** The header's value for so many milliseconds. */
    public static String text(long millis) {
        return millis <= MAX_MILLIS ? millis + "m" : Math.min(MAX_MILLIS, millis / 1000) + "S";
    }
}
