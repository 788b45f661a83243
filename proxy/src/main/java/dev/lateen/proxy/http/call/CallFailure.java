package dev.lateen.proxy.http.call;

import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.transport.ConnectFailure;
import java.time.Duration;

/** Why a call has no answer. */
public sealed interface CallFailure {
    /** For a log or an access log's details: what happened, and of what cluster where that is the point. */
    String text();

    /** The configuration has no cluster of this name. */
    record NoSuchCluster(String cluster) implements CallFailure {
        @Override
        public String text() {
            return "cluster " + cluster + ": not in the configuration";
        }
    }

    /** The cluster has no host to send to. */
    record NoHealthyHost(String cluster) implements CallFailure {
        @Override
        public String text() {
            return "cluster " + cluster + ": no healthy host";
        }
    }

    /** One of the cluster's circuit breakers is full. */
    record BreakerFull(String cluster) implements CallFailure {
        @Override
        public String text() {
            return "cluster " + cluster + ": circuit breaker full";
        }
    }

    /** This event loop has as many calls to the cluster under way as it bears, whatever the breakers allow. */
    record TooManyCalls(String cluster, int most) implements CallFailure {
        @Override
        public String text() {
            return "cluster " + cluster + ": " + most + " calls under way (expected: fewer)";
        }
    }

    /** The event loop holds as much of bodies as it may, in all; see {@link dev.lateen.proxy.http.pool.HeldBodies}. */
    record Overloaded() implements CallFailure {
        @Override
        public String text() {
            return "too much is held of bodies already";
        }
    }

    /** No connection could be made: refused, TLS failed, a name that is not found, or the cluster's connect timeout. */
    record ConnectFailed(ConnectFailure cause) implements CallFailure {
        @Override
        public String text() {
            return String.valueOf(cause.getMessage());
        }
    }

    /** The call's own limit has passed. */
    record TimedOut(Duration limit) implements CallFailure {
        @Override
        public String text() {
            return "no answer within " + limit.toMillis() + " ms";
        }
    }

    /** The stream ended before its answer did. */
    record Reset(StreamReset reason) implements CallFailure {
        @Override
        public String text() {
            return reason.words();
        }
    }

    /** The answer's body, or a message, is longer than the call allows. */
    record TooLarge(int limit) implements CallFailure {
        @Override
        public String text() {
            return "answer longer than " + limit + " bytes";
        }
    }

    /** The proxy ends. Whoever cancels a call itself hears nothing. */
    record Cancelled() implements CallFailure {
        @Override
        public String text() {
            return "the proxy ends";
        }
    }

    /**
     * gRPC ended with another status than OK, its own or the one that follows from what is no gRPC.
     *
     * @param status 1 to 16, or a number that the server made up
     * @param message may be empty
     */
    record GrpcEnded(int status, String message) implements CallFailure {
        @Override
        public String text() {
            return "gRPC status " + status + (message.isEmpty() ? "" : ": " + message);
        }
    }
}
