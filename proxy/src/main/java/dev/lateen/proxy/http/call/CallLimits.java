package dev.lateen.proxy.http.call;

import java.time.Duration;

/**
 * What a call may take.
 *
 * @param time from its begin to the end of the answer, waiting for a connection included; zero for no limit, which only streams should have. gRPC tells it to the
 *     server as {@code grpc-timeout}
 * @param bytes of the answer's body, or of each message that comes; above zero. What is longer ends the call
 */
public record CallLimits(Duration time, int bytes) {
    /** For answers that are some lines, such as a decision's. */
    public static final int SMALL_ANSWER = 64 * 1024;

    public CallLimits {
        if (time.isNegative() || bytes <= 0) {
            throw new IllegalArgumentException(
                    "limits of a call: " + time + ", " + bytes + " bytes (expected: no negative time, some bytes)");
        }
    }

    /** So long, and {@link #SMALL_ANSWER}. */
    public static CallLimits of(Duration time) {
        return new CallLimits(time, SMALL_ANSWER);
    }
}
