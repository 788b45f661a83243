package dev.lateen.proxy.http.call;

import dev.lateen.proxy.http.codec.ClientStream;
import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.http.pool.PendingStream;
import dev.lateen.proxy.http.pool.PoolFailure;
import dev.lateen.proxy.http.pool.PoolOptions;
import dev.lateen.proxy.http.pool.StreamTaker;
import dev.lateen.proxy.message.GrpcStatus;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.tls.TlsSession;
import dev.lateen.proxy.transport.ConnectFailure;
import dev.lateen.proxy.upstream.LocalFailure;
import dev.lateen.proxy.upstream.PickedHost;
import dev.lateen.proxy.upstream.UpstreamCluster;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One stream to one host of a cluster, from the wish to its end: keeps the counts of host and breakers right whatever happens, minds the time, and leaves the answer to its
 * {@link CallSink}.
 */
final class HostCall implements StreamTaker, Pending {
    private final CallLoop calls;
    private final UpstreamCluster cluster;
    private final PickedHost to;
    private final CallSink sink;
    private State state = Edge.ASKING;
    private @Nullable Future<?> limit;

    private sealed interface State {}

    private enum Edge implements State {
        /** The pool has said nothing yet. */
        ASKING,
        /** Its sink has been told, or cancelled it. */
        OVER
    }

    /** For a connection. */
    private record Waiting(PendingStream place) implements State {}

    /** Sending, or sent. @param reused whether its connection carried requests before */
    private record Open(ClientStream stream, boolean reused, long sentNanos) implements State {}

    /** The answer's head was there. */
    private record Answering(ClientStream stream, int status, long sentNanos) implements State {}

    HostCall(CallLoop calls, UpstreamCluster cluster, PickedHost to, CallSink sink) {
        this.calls = calls;
        this.cluster = cluster;
        this.to = to;
        this.sink = sink;
    }

    /** @param time zero for no limit */
    void begin(PoolOptions options, Duration time) {
        if (!time.isZero()) {
            limit = calls.loop().schedule(() -> late(time), time.toNanos(), TimeUnit.NANOSECONDS);
        }
        PendingStream place = calls.pools().acquire(cluster, to, options, this);
        if (state == Edge.ASKING && place != null) {
            state = new Waiting(place);
        }
    }

    String clusterName() {
        return cluster.config().name();
    }

    /** Gives it up and frees its place or its stream, without a word to anybody; of no effect once it is over. */
    void abandon() {
        switch (leave()) {
            case Edge _ -> {}
            case Waiting waiting -> waiting.place.cancel();
            case Open open -> open.stream.reset();
            case Answering answering -> answering.stream.reset();
        }
    }

    @Override
    public void cancel() {
        if (state != Edge.OVER) {
            abandon();
            sink.onCancelled();
        }
    }

    /** Gives it up for a reason that its sink is told. */
    void fail(CallFailure failure) {
        if (state != Edge.OVER) {
            abandon();
            sink.onFailure(failure);
        }
    }

    private void late(Duration time) {
        if (state != Edge.OVER) {
            to.host().recordFailure(LocalFailure.TIMEOUT, true);
            fail(new CallFailure.TimedOut(time));
        }
    }

    /** @return in what state it was until now */
    private State leave() {
        State before = state;
        if (before != Edge.OVER) {
            state = Edge.OVER;
            Future<?> timer = limit;
            if (timer != null) {
                limit = null;
                timer.cancel(false);
            }
            if (before instanceof Open || before instanceof Answering) {
                to.host().requestFinished();
                cluster.breaker().releaseRequest();
            }
            calls.ended(this);
        }
        return before;
    }

    @Override
    public void onStream(ClientStream stream, boolean reused) {
        state = new Open(stream, reused, calls.around().nanoClock().getAsLong());
        to.host().requestStarted();
        sink.onOpen(stream);
    }

    @Override
    public void onFailure(PoolFailure failure) {
        leave();
        sink.onFailure(
                switch (failure) {
                    case PoolFailure.Overflow _ -> new CallFailure.BreakerFull(clusterName());
                    case PoolFailure.Connect(ConnectFailure cause) -> new CallFailure.ConnectFailed(cause);
                });
    }

    @Override
    public void onInformational(ResponseHead head) {}

    @Override
    public void onHead(ResponseHead head, boolean end) {
        if (!(state instanceof Open open)) {
            return;
        }
        CharSequence grpcStatus = end ? head.headers().get("grpc-status") : null;
        to.host().recordResponse(grpcStatus == null ? head.status() : GrpcStatus.asHttp(grpcStatus));
        state = new Answering(open.stream, head.status(), open.sentNanos);
        if (end) {
            answered();
        }
        sink.onHead(this, head, end);
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
        if (state == Edge.OVER) {
            data.release();
            return;
        }
        if (end) {
            answered();
        }
        sink.onData(this, data, end);
    }

    @Override
    public void onTrailers(HeaderMap trailers) {
        if (state != Edge.OVER) {
            answered();
            sink.onTrailers(trailers);
        }
    }

    private void answered() {
        if (leave() instanceof Answering answer) {
            long took = calls.around().nanoClock().getAsLong() - answer.sentNanos;
            calls.around().observer().onAnswer(cluster.config(), answer.status, took);
        }
    }

    @Override
    public void onReset(StreamReset reason) {
        State before = leave();
        if (before == Edge.OVER) {
            return;
        }
        String refusal = "";
        if (before instanceof Open open) {
            to.host().recordFailure(LocalFailure.CONNECT, true);
            refusal = open.reused ? "" : refusal(open.stream);
        }
        sink.onFailure(
                refusal.isEmpty()
                        ? new CallFailure.Reset(reason)
                        : new CallFailure.ConnectFailed(new ConnectFailure(ConnectFailure.REMOTE, refusal)));
    }

    /** With TLS 1.3 a server that refuses our certificate says so only after the handshake: no connection stood, and nothing of the request was read. */
    private static String refusal(ClientStream stream) {
        return TlsSession.failureOf(stream.connection().channel());
    }

    @Override
    public void onWritable() {
        if (state != Edge.OVER) {
            sink.onWritable();
        }
    }
}
