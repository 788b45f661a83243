package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.http.call.CallFailure;
import dev.lateen.proxy.http.call.CallLimits;
import dev.lateen.proxy.http.call.CallLoops;
import dev.lateen.proxy.http.call.CallOutcome;
import dev.lateen.proxy.http.call.ClusterCalls;
import dev.lateen.proxy.http.call.GrpcAnswer;
import dev.lateen.proxy.http.call.GrpcCall;
import dev.lateen.proxy.http.call.GrpcListener;
import dev.lateen.proxy.http.call.GrpcStream;
import dev.lateen.proxy.http.call.HttpAnswer;
import dev.lateen.proxy.http.call.HttpCall;
import dev.lateen.proxy.http.call.Pending;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

/** A collector that writes down what is posted to it, in clusters whose names say how they are. */
final class FakeCollector implements CallLoops, ClusterCalls {
    final List<String> posted = new ArrayList<>();
    final List<RequestHead> heads = new ArrayList<>();
    final List<Consumer<CallOutcome<HttpAnswer>>> waiting = new ArrayList<>();

    @Override
    public Pending call(Function<ClusterCalls, Pending> caller) {
        return caller.apply(this);
    }

    @Override
    public Pending http(String cluster, HttpCall call, CallLimits limits, Consumer<CallOutcome<HttpAnswer>> then) {
        ByteBuf body = Objects.requireNonNull(call.body());
        posted.add(body.toString(StandardCharsets.UTF_8));
        heads.add(call.head());
        body.release();
        switch (cluster) {
            case "gone" -> then.accept(new CallOutcome.Failed<>(new CallFailure.NoSuchCluster(cluster)));
            case "down" -> then.accept(new CallOutcome.Failed<>(new CallFailure.NoHealthyHost(cluster)));
            case "slow" -> waiting.add(then);
            default -> answer(then, cluster.equals("angry") ? 500 : 202);
        }
        return Pending.OVER;
    }

    static void answer(Consumer<CallOutcome<HttpAnswer>> then, int status) {
        then.accept(new CallOutcome.Answered<>(new HttpAnswer(status, new HeaderMap(), Unpooled.EMPTY_BUFFER)));
    }

    @Override
    public Pending unary(
            String cluster,
            GrpcCall call,
            ByteBuf message,
            CallLimits limits,
            Consumer<CallOutcome<GrpcAnswer>> then) {
        throw new AssertionError("Zipkin speaks no gRPC");
    }

    @Override
    public GrpcStream stream(String cluster, GrpcCall call, CallLimits limits, GrpcListener listener) {
        throw new AssertionError("Zipkin speaks no gRPC");
    }
}
