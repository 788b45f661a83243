package dev.lateen.proxy.agent;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections to the agent's port, which everybody who reaches the pod may open: so many from one address and in all, and none that says nothing for long. Safe for use by
 * several threads.
 */
final class Guests {
    private final Vertx vertx;
    private final Limits limits;
    private final AtomicInteger all = new AtomicInteger();
    private final Map<String, Integer> byAddress = new ConcurrentHashMap<>();
    private final Map<HttpConnection, Long> silent = new ConcurrentHashMap<>();

    /**
     * How many there may be.
     *
     * @param all together
     * @param each from one address
     * @param silenceMillis until the first request, and between two
     */
    record Limits(int all, int each, long silenceMillis) {
        /** A kubelet, a Prometheus and a curious person have some each. */
        static final Limits USUAL = new Limits(256, 64, 15_000);
    }

    Guests(Vertx vertx, Limits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    /** A connection came: closed again if it is one too many. */
    void enter(HttpConnection connection) {
        String from = address(connection.remoteAddress());
        int place = all.incrementAndGet();
        int ofThese = byAddress.merge(from, 1, Integer::sum);
        connection.closeHandler(_ -> leave(connection, from));
        if (place > limits.all || ofThese > limits.each) {
            connection.close();
        } else {
            awaitRequest(connection);
        }
    }

    private void leave(HttpConnection connection, String from) {
        all.decrementAndGet();
        byAddress.computeIfPresent(from, (_, count) -> count == 1 ? null : count - 1);
        cancel(connection);
    }

    /** A request is under way: it takes as long as it takes. */
    void asked(HttpConnection connection) {
        cancel(connection);
    }

    /** A request was answered. */
    void answered(HttpConnection connection) {
        awaitRequest(connection);
    }

    private void awaitRequest(HttpConnection connection) {
        Long before = silent.put(connection, vertx.setTimer(limits.silenceMillis, _ -> connection.close()));
        if (before != null) {
            vertx.cancelTimer(before);
        }
    }

    private void cancel(HttpConnection connection) {
        Long timer = silent.remove(connection);
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
    }

    /** How many are here. */
    int count() {
        return all.get();
    }

    private static String address(SocketAddress remote) {
        String host = remote == null ? null : remote.hostAddress();
        return host == null ? "" : host;
    }
}
