package dev.lateen.proxy.policy;

import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.HttpFilterConfig.Fault;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
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
        return concerned ? byChance(fault, chance) : NONE;
    }

    private static FaultDecision byChance(Fault fault, IntPredicate chance) {
        Duration delay = fault.fixedDelay();
        boolean delayed = delay != null && delay.isPositive() && chance.test(fault.delayFraction());
        boolean abort = (fault.abortHttpStatus() != Fault.NONE || fault.abortGrpcStatus() != Fault.NONE)
                && chance.test(fault.abortFraction());
        if (!delayed) {
            return abort ? ABORT : NONE;
        }
        return new FaultDecision(delay, abort);
    }

    /**
     * The same, telling why.
     *
     * @param origin whose the fault is
     * @param trace null when nobody asks
     */
    public static FaultDecision of(
            Fault fault,
            RequestHead request,
            String cluster,
            IntPredicate chance,
            Provenance origin,
            @Nullable Trace trace) {
        FaultDecision decision = of(fault, request, cluster, chance);
        if (trace != null) {
            boolean any = decision.abort || decision.delay != null;
            String what = (decision.delay == null ? "" : "delay of " + decision.delay + " ")
                    + (decision.abort ? "abort with " + status(fault) : "");
            if (any) {
                trace.yes(Question.FAULT, "fault", origin.at("spec.http.fault"), what.strip());
            } else {
                trace.no(Question.FAULT, "fault", origin.at("spec.http.fault"), "not meant, or not drawn");
            }
        }
        return decision;
    }

    private static String status(Fault fault) {
        return fault.abortHttpStatus() == Fault.NONE
                ? "gRPC status " + fault.abortGrpcStatus()
                : String.valueOf(fault.abortHttpStatus());
    }
}
