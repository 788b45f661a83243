package dev.lateen.proxy.http.call;

import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.upstream.UpstreamCluster;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Calls of one event loop to the clusters of a configuration, or of the one in force. */
record NamedCalls(CallLoop loop, Function<String, @Nullable UpstreamCluster> clusters) implements ClusterCalls {
    @Override
    public Pending http(String cluster, HttpCall call, CallLimits limits, Consumer<CallOutcome<HttpAnswer>> then) {
        WholeAnswer answer = new WholeAnswer(call, limits.bytes(), loop.held(), then);
        if (call.body() != null && loop.held().full()) {
            answer.onFailure(new CallFailure.Overloaded());
            return Pending.OVER;
        }
        return loop.begin(cluster, clusters.apply(cluster), call.head(), limits.time(), answer);
    }

    @Override
    public Pending unary(
            String cluster,
            GrpcCall call,
            ByteBuf message,
            CallLimits limits,
            Consumer<CallOutcome<GrpcAnswer>> then) {
        GrpcStreamCall stream = begin(cluster, call, limits, new UnaryAnswer(then));
        stream.sendOnly(message);
        return stream;
    }

    @Override
    public GrpcStream stream(String cluster, GrpcCall call, CallLimits limits, GrpcListener listener) {
        return begin(cluster, call, limits, listener);
    }

    private GrpcStreamCall begin(String cluster, GrpcCall call, CallLimits limits, GrpcListener listener) {
        RequestHead head = call.head(limits.time());
        GrpcStreamCall stream = new GrpcStreamCall(head, listener, new GrpcReader(limits.bytes(), loop.held()), loop.held());
        stream.begun(loop.begin(cluster, clusters.apply(cluster), head, limits.time(), stream));
        return stream;
    }
}
