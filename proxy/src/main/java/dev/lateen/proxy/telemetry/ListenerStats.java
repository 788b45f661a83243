package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.ListenerObserver;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.telemetry.Stat.Counter;
import dev.lateen.proxy.telemetry.Stat.Gauge;
import dev.lateen.proxy.telemetry.Stat.Scope;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** {@code listener.ADDRESS.*}. */
final class ListenerStats implements ListenerObserver {
    private final LongAdder accepted = new LongAdder();
    private final LongAdder closed = new LongAdder();
    private final LongAdder unmatched = new LongAdder();
    private final LongAdder secured = new LongAdder();
    private final LongAdder insecure = new LongAdder();

    @Override
    public void onAccepted() {
        accepted.increment();
    }

    @Override
    public void onClosed() {
        closed.increment();
    }

    @Override
    public void onUnmatched(TcpSession session) {
        unmatched.increment();
    }

    @Override
    public void onSecured() {
        secured.increment();
    }

    @Override
    public void onInsecure() {
        insecure.increment();
    }

    void read(String address, List<Stat> into) {
        long gone = closed.sum();
        long total = accepted.sum();
        into.add(new Counter(Scope.LISTENER, address, "downstream_cx_total", total));
        into.add(new Counter(Scope.LISTENER, address, "downstream_cx_destroy", gone));
        into.add(new Gauge(Scope.LISTENER, address, "downstream_cx_active", Math.max(0, total - gone)));
        into.add(new Counter(Scope.LISTENER, address, "no_filter_chain_match", unmatched.sum()));
        into.add(new Counter(Scope.LISTENER, address, "ssl.handshake", secured.sum()));
        into.add(new Counter(Scope.LISTENER, address, "ssl.connection_error", insecure.sum()));
    }
}
