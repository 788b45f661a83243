package dev.lateen.proxy.http;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.TcpObserver;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.TcpProxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Writes down what telemetry is told of exchanges. */
final class Watching implements Observers {
    final List<Completed> completed = new CopyOnWriteArrayList<>();
    final AtomicInteger protocolErrors = new AtomicInteger();
    final AtomicInteger prematureResets = new AtomicInteger();

    /** An exchange as telemetry saw it. */
    record Completed(
            int status,
            String flags,
            String details,
            int attempts,
            long received,
            long sent,
            String path,
            @Nullable String cluster) {}

    @Override
    public ExchangeObserver http(HttpConnectionManager manager, Listener.Direction direction) {
        return new ExchangeObserver() {
            @Override
            public void onProtocolError() {
                protocolErrors.incrementAndGet();
            }

            @Override
            public void onTooManyPrematureResets() {
                prematureResets.incrementAndGet();
            }

            @Override
            public void onComplete(ExchangeFacts exchange) {
                Cluster cluster = exchange.cluster();
                String flags = ResponseFlag.text(exchange.responseFlags());
                completed.add(new Completed(
                        exchange.responseStatus(),
                        flags == null ? "-" : flags,
                        exchange.responseCodeDetails(),
                        exchange.attempts(),
                        exchange.receivedBytes(),
                        exchange.sentBytes(),
                        exchange.request().path(),
                        cluster == null ? null : cluster.name()));
            }
        };
    }

    @Override
    public TcpObserver tcp(TcpProxy proxy, List<NetworkFilterConfig> filters, Listener.Direction direction) {
        return TcpObserver.NONE;
    }
}
