package dev.lateen.proxy.http;

import dev.lateen.proxy.http.codec.ClientStream;
import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.http.pool.PendingStream;
import dev.lateen.proxy.http.pool.PoolFailure;
import dev.lateen.proxy.http.pool.PoolOptions;
import dev.lateen.proxy.http.pool.StreamTaker;
import dev.lateen.proxy.http.pool.UpstreamPools;
import dev.lateen.proxy.message.GrpcStatus;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.tls.TlsSession;
import dev.lateen.proxy.transport.ConnectFailure;
import dev.lateen.proxy.upstream.Host;
import dev.lateen.proxy.upstream.LocalFailure;
import dev.lateen.proxy.upstream.PickedHost;
import dev.lateen.proxy.upstream.UpstreamCluster;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One try to get an answer from one host. Tells its {@link Forwarding} what comes of it until it is given up, and keeps the host's and the
 * circuit breaker's counts right whatever happens.
 */
final class UpstreamAttempt implements StreamTaker, Attempt {
    private final Forwarding forwarding;
    private final UpstreamCluster cluster;
    private final Host host;
    private State state = Waiting.UNTOLD;
    private boolean responded;

    /** Where it stands. */
    private sealed interface State {}

    /** A connection is awaited. @param place in the pool's queue, to be given back */
    private record Waiting(PendingStream place) implements State {
        /** The pool has not said yet whether it has to wait. */
        static final Waiting UNTOLD = new Waiting(() -> {});
    }

    /** The request is on a stream, which counts for its host. @param reused whether its connection has carried requests before */
    private record Open(ClientStream stream, boolean reused) implements State {}

    /** Nothing more is to come: it was answered, or failed, or was given up. */
    private enum Over implements State {
        OVER
    }

    UpstreamAttempt(Forwarding forwarding, UpstreamCluster cluster, Host host) {
        this.forwarding = forwarding;
        this.cluster = cluster;
        this.host = host;
    }

    void begin(UpstreamPools pools, PickedHost to, PoolOptions options) {
        PendingStream place = pools.acquire(cluster, to, options, this);
        if (state instanceof Waiting && place != null) {
            state = new Waiting(place);
        }
    }

    /** The stream it is on; null while a connection is awaited, and when it is over. */
    @Override
    public @Nullable ClientStream stream() {
        return state instanceof Open open ? open.stream : null;
    }

    boolean over() {
        return state == Over.OVER;
    }

    @Override
    public void giveUp() {
        State left = leave();
        switch (left) {
            case Waiting waiting -> waiting.place.cancel();
            case Open open -> open.stream.reset();
            case Over _ -> {}
        }
    }

    @Override
    public void timedOut() {
        if (!over()) {
            host.recordFailure(LocalFailure.TIMEOUT, true);
            giveUp();
        }
    }

    /** The one way to its end. @return what it was until now */
    private State leave() {
        State left = state;
        state = Over.OVER;
        if (left instanceof Open) {
            host.requestFinished();
            cluster.breaker().releaseRequest();
        }
        return left;
    }

    @Override
    public void onStream(ClientStream opened, boolean usedBefore) {
        state = new Open(opened, usedBefore);
        host.requestStarted();
        forwarding.onStream(this, opened);
    }

    @Override
    public void onFailure(PoolFailure failure) {
        state = Over.OVER;
        forwarding.onPoolFailure(failure);
    }

    @Override
    public void onInformational(ResponseHead head) {
        if (!over()) {
            forwarding.onInformational(head);
        }
    }

    @Override
    public void onHead(ResponseHead head, boolean end) {
        if (over()) {
            return;
        }
        responded = true;
        CharSequence grpcStatus = end ? head.headers().get("grpc-status") : null;
        host.recordResponse(grpcStatus == null ? head.status() : GrpcStatus.asHttp(grpcStatus));
        if (end) {
            leave();
        }
        forwarding.onResponseHead(head, end);
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
        if (over()) {
            data.release();
            return;
        }
        if (end) {
            leave();
        }
        forwarding.onResponseData(data, end);
    }

    @Override
    public void onTrailers(HeaderMap trailers) {
        if (!over()) {
            leave();
            forwarding.onResponseTrailers(trailers);
        }
    }

    @Override
    public void onReset(StreamReset reason) {
        if (!(leave() instanceof Open ended)) {
            return;
        }
        if (!responded) {
            host.recordFailure(LocalFailure.CONNECT, true);
        }
        String refusal = responded || ended.reused
                ? ""
                : TlsSession.failureOf(ended.stream.connection().channel());
        if (refusal.isEmpty()) {
            forwarding.onUpstreamReset(reason, ended.reused);
        } else {
            // With TLS 1.3 a server that refuses our certificate says so only after the handshake: no connection stood,
            // and nothing of the request was read.
            forwarding.onPoolFailure(new PoolFailure.Connect(new ConnectFailure(ConnectFailure.REMOTE, refusal)));
        }
    }

    @Override
    public void onWritable() {
        if (!over()) {
            forwarding.resumeRequest();
        }
    }
}
