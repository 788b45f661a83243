package dev.lateen.proxy.policy;

import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.HttpFilterConfig.Fault;
import dev.lateen.proxy.route.HeaderConditions;
import java.time.Duration;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What the fault filter does to one request ({@code envoy.extensions.filters.http.fault.v3.HTTPFault}).
 *
 * @param delay how long it is held first, or null
 * @param abort whether it is then answered instead of forwarded
 */
public record FaultDecision(@Nullable Duration delay, boolean abort) {
    /** Nothing at all. */
    public static final FaultDecision NONE = new FaultDecision(null, false);

    private static final FaultDecision ABORT = new FaultDecision(null, true);

    /**
     * Decides by chance, delay before abort.
     *
     * @param cluster the cluster that the request goes to, empty when there is none
     * @param chance true with the given chance in millionths
     */
    public static FaultDecision of(Fault fault, RequestHead request, String cluster, IntPredicate chance) {
        boolean concerned =
                (fault.upstreamCluster().isEmpty() || fault.upstreamCluster().equals(cluster))
                        && HeaderConditions.allMatch(fault.headers(), request);
        if (!concerned) {
            return NONE;
        }
        Duration delay = fault.fixedDelay();
        boolean delayed = delay != null && delay.isPositive() && chance.test(fault.delayFraction());
        boolean abort = (fault.abortHttpStatus() != Fault.NONE || fault.abortGrpcStatus() != Fault.NONE)
                && chance.test(fault.abortFraction());
        if (!delayed) {
            return abort ? ABORT : NONE;
        }
        return new FaultDecision(delay, abort);
    }
}
