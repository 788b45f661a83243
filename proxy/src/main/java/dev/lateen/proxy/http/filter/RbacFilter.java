package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.policy.RbacDecision;
import dev.lateen.proxy.policy.RbacEngine;

/** {@code envoy.filters.http.rbac}: 403 {@code RBAC: access denied} where the policies say no; shadow rules only count. */
final class RbacFilter implements HttpFilter {
    private final RbacEngine engine;
    private final FilterCounters counters;
    private final String prefix;
    private final String shadowPrefix;

    /** @param prefix of the enforced counters, such as {@code http.inbound_0.0.0.0_9080.rbac.} */
    RbacFilter(RbacEngine engine, FilterCounters counters, String prefix, String shadowStatPrefix) {
        this.engine = engine;
        this.counters = counters;
        this.prefix = prefix;
        this.shadowPrefix = prefix + shadowStatPrefix;
    }

    @Override
    public FilterVerdict onRequest(ExchangeFacts exchange, FilterContext context) {
        RbacDecision shadow = engine.checkShadow(exchange);
        if (shadow != null) {
            counters.count(shadowPrefix, shadow.allowed() ? "shadow_allowed" : "shadow_denied");
        }
        RbacDecision decision = engine.check(exchange, context.trace());
        if (decision.allowed()) {
            counters.count(prefix, "allowed");
            return FilterVerdict.CONTINUE;
        }
        counters.count(prefix, "denied");
        return new FilterVerdict.Reply(LocalReply.rbacDenied(decision.policy()));
    }
}
