package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.telemetry.Stat.Counter;
import dev.lateen.proxy.telemetry.Stat.Gauge;
import dev.lateen.proxy.telemetry.Stat.Scope;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** {@code tcp.PREFIX.*}: the sessions of the TCP proxies with one stat prefix. */
final class TcpProxyStats {
    private final LongAdder started = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder noRoute = new LongAdder();

    void started() {
        started.increment();
    }

    void transferred(long fromDownstream, long toDownstream) {
        received.add(fromDownstream);
        sent.add(toDownstream);
    }

    void ended(TcpSession session) {
        ended.increment();
        if ((session.responseFlags() & ResponseFlag.NO_ROUTE_FOUND.bit()) != 0) {
            noRoute.increment();
        }
    }

    void read(String prefix, List<Stat> into) {
        long gone = ended.sum();
        long total = started.sum();
        into.add(new Counter(Scope.TCP, prefix, "downstream_cx_total", total));
        into.add(new Counter(Scope.TCP, prefix, "downstream_cx_rx_bytes_total", received.sum()));
        into.add(new Counter(Scope.TCP, prefix, "downstream_cx_tx_bytes_total", sent.sum()));
        into.add(new Counter(Scope.TCP, prefix, "downstream_cx_no_route", noRoute.sum()));
        into.add(new Gauge(Scope.TCP, prefix, "downstream_cx_active", Math.max(0, total - gone)));
    }
}
