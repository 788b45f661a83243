package dev.lateen.proxy.http.call;

import dev.lateen.proxy.message.HeaderMap;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** Calls when there is no event loop any more: none begins. */
final class EndedCalls implements ClusterCalls {
    private static <T> CallOutcome<T> ended() {
        return new CallOutcome.Failed<>(new CallFailure.Cancelled());
    }

    @Override
    public Pending http(String cluster, HttpCall call, CallLimits limits, Consumer<CallOutcome<HttpAnswer>> then) {
        ByteBuf body = call.body();
        if (body != null) {
            body.release();
        }
        then.accept(ended());
        return Pending.OVER;
    }

    @Override
    public Pending unary(
            String cluster,
            GrpcCall call,
            ByteBuf message,
            CallLimits limits,
            Consumer<CallOutcome<GrpcAnswer>> then) {
        message.release();
        then.accept(ended());
        return Pending.OVER;
    }

    @Override
    public GrpcStream stream(String cluster, GrpcCall call, CallLimits limits, GrpcListener listener) {
        listener.onEnd(EndedCalls.<HeaderMap>ended());
        return new GrpcStream() {
            @Override
            public boolean send(ByteBuf message) {
                message.release();
                return false;
            }

            @Override
            public void end() {}

            @Override
            public void pauseReading() {}

            @Override
            public void resumeReading() {}

            @Override
            public void cancel() {}
        };
    }
}
