package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.HttpFilterConfig.Fault;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.policy.FaultDecision;
import java.time.Duration;

/** {@code envoy.filters.http.fault}: holds a request (flag {@code DI}), answers it instead of forwarding it (flag {@code FI}), or both. */
final class FaultFilter implements HttpFilter {
    private final Fault fault;
    private final FilterVerdict abort;
    private final FilterCounters counters;
    private final String prefix;

    FaultFilter(Fault fault, FilterCounters counters, String prefix) {
        this.fault = fault;
        this.abort = new FilterVerdict.Reply(LocalReply.faultAbort(fault));
        this.counters = counters;
        this.prefix = prefix;
    }

    @Override
    public FilterVerdict onRequest(ExchangeFacts exchange, FilterContext context) {
        Cluster cluster = exchange.cluster();
        String name = cluster == null ? "" : cluster.name();
        FaultDecision decision = FaultDecision.of(
                fault,
                exchange.request(),
                name,
                context::chance,
                exchange.route() == null ? Provenance.NONE : exchange.route().provenance(),
                context.trace());
        if (decision.abort()) {
            counters.count(prefix, "aborts_injected");
        }
        FilterVerdict then = decision.abort() ? abort : FilterVerdict.CONTINUE;
        Duration delay = decision.delay();
        if (delay == null) {
            return then;
        }
        counters.count(prefix, "delays_injected");
        exchange.addFlag(ResponseFlag.DELAY_INJECTED);
        return new FilterVerdict.Delay(delay, then);
    }
}
