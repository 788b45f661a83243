package dev.lateen.proxy.xds.bootstrap;

import java.time.Duration;

/**
 * How a gRPC server that says nothing is asked for a sign of life. Servers end the connections of clients that ask too often (gRPC's keepalive
 * rules: not more than once in five minutes unless the server says otherwise), so that is the default, and Unix sockets need none: the
 * system tells when their peer is gone.
 *
 * @param interval between pings; zero for none
 * @param timeout after which a connection without an answer is closed
 */
public record Keepalive(Duration interval, Duration timeout) {
    /** No pings. */
    public static final Keepalive NONE = new Keepalive(Duration.ZERO, Duration.ZERO);

    /** What no server of gRPC's rules objects to. */
    public static final Keepalive USUAL = new Keepalive(Duration.ofMinutes(5), Duration.ofSeconds(20));

    private static final Duration LONGEST = Duration.ofHours(2);

    /** What a server that finds this too much is asked from now on: half as often. */
    public Keepalive calmer() {
        Duration twice = interval.multipliedBy(2);
        return new Keepalive(twice.compareTo(LONGEST) > 0 ? LONGEST : twice, timeout);
    }

    /** Whether no pings are sent. */
    public boolean isNone() {
        return interval.isZero();
    }
}
