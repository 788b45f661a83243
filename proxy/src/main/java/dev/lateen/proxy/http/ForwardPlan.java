package dev.lateen.proxy.http;

import dev.lateen.proxy.forward.Upgrades;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.GrpcTimeout;
import dev.lateen.proxy.model.RetryPolicy;
import dev.lateen.proxy.model.RouteAction.Forward;
import dev.lateen.proxy.route.RetryRule;
import dev.lateen.proxy.route.RouteDecision;
import dev.lateen.proxy.route.RouteEntry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is settled of a request before its first try.
 *
 * @param timeout of the whole answer; zero for none
 * @param tunnel whether it asks for another protocol, so that its body has no end of its own
 * @param retry null where nothing is tried again
 */
record ForwardPlan(
        RouteEntry entry,
        Forward action,
        Duration timeout,
        boolean tunnel,
        @Nullable RetryRule retry) {
    static ForwardPlan of(ExchangeFacts facts, RouteDecision.Forward decision) {
        Forward action = decision.action();
        boolean tunnel = Upgrades.asked(facts.request());
        return new ForwardPlan(
                decision.entry(),
                action,
                GrpcTimeout.of(facts.request(), action.timeouts().route(), action.timeouts().maxGrpc()),
                tunnel,
                tunnel ? null : decision.entry().retry());
    }

    /** Of each try; zero for none. */
    Duration perTryTimeout() {
        RetryPolicy policy = retry == null ? action.retryPolicy() : retry.policy();
        return policy == null ? Duration.ZERO : policy.perTryTimeout();
    }
}
