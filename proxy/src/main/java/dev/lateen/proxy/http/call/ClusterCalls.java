package dev.lateen.proxy.http.call;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/**
 * Calls of the proxy's own, each to a cluster by its name: a host by its balancer, with the transport socket that host asks for, on the pools of this event loop, within
 * the cluster's circuit breakers; what comes of it counts for outlier detection and in the cluster's statistics. There is one try.
 *
 * <p>Used on one event loop, never blocks. What is given (bodies, messages) belongs to the call from then on, whatever comes of it. How it ended is told once, on the same
 * event loop, and may be told before the method returns.
 */
public interface ClusterCalls {
    /** Sends a request and gathers its answer. */
    Pending http(String cluster, HttpCall call, CallLimits limits, Consumer<CallOutcome<HttpAnswer>> then);

    /** One message there, one back. @param message without its prefix */
    Pending unary(
            String cluster,
            GrpcCall call,
            ByteBuf message,
            CallLimits limits,
            Consumer<CallOutcome<GrpcAnswer>> then);

    /** Any number of messages either way. */
    GrpcStream stream(String cluster, GrpcCall call, CallLimits limits, GrpcListener listener);
}
