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
import dev.lateen.proxy.upstream.UpstreamCluster;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One try to get an answer from one host. Tells its {@link Forwarding} what comes of it until it is given up, and keeps the host's and the
 * circuit breaker's counts right whatever happens.
 */
final class UpstreamAttempt implements StreamTaker {
    private final Forwarding forwarding;
    private final UpstreamCluster cluster;
    private final Host host;
    private @Nullable PendingStream pending;
    private @Nullable ClientStream stream;
    private boolean reused;
    private boolean counted;
    private boolean responded;
    private boolean over;

    UpstreamAttempt(Forwarding forwarding, UpstreamCluster cluster, Host host) {
        this.forwarding = forwarding;
        this.cluster = cluster;
        this.host = host;
    }

    void begin(UpstreamPools pools, PoolOptions options) {
        PendingStream place = pools.acquire(cluster, host, options, this);
        if (!over && stream == null) {
            pending = place;
        }
    }

    Host host() {
        return host;
    }

    /** Null until there is a connection. */
    @Nullable
    ClientStream stream() {
        return stream;
    }

    /** Whether its connection has carried requests before, so that its other side may just have closed it. */
    boolean reused() {
        return reused;
    }

    boolean over() {
        return over;
    }

    /** Ends it without a word to anybody. */
    void giveUp() {
        if (over) {
            return;
        }
        finish();
        if (pending != null) {
            pending.cancel();
            pending = null;
        }
        if (stream != null) {
            stream.reset();
        }
    }

    /** Gives up because no answer came in time. */
    void timedOut() {
        if (!over) {
            host.recordFailure(LocalFailure.TIMEOUT, true);
            giveUp();
        }
    }

    private void finish() {
        over = true;
        if (counted) {
            counted = false;
            host.requestFinished();
            cluster.breaker().releaseRequest();
        }
    }

    @Override
    public void onStream(ClientStream opened, boolean usedBefore) {
        pending = null;
        stream = opened;
        reused = usedBefore;
        counted = true;
        host.requestStarted();
        forwarding.onStream(this, opened);
    }

    @Override
    public void onFailure(PoolFailure failure) {
        pending = null;
        over = true;
        forwarding.onPoolFailure(failure);
    }

    @Override
    public void onInformational(ResponseHead head) {
        if (!over) {
            forwarding.onInformational(head);
        }
    }

    @Override
    public void onHead(ResponseHead head, boolean end) {
        if (over) {
            return;
        }
        responded = true;
        CharSequence grpcStatus = end ? head.headers().get("grpc-status") : null;
        host.recordResponse(grpcStatus == null ? head.status() : GrpcStatus.asHttp(grpcStatus));
        if (end) {
            finish();
        }
        forwarding.onResponseHead(head, end);
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
        if (over) {
            data.release();
            return;
        }
        if (end) {
            finish();
        }
        forwarding.onResponseData(data, end);
    }

    @Override
    public void onTrailers(HeaderMap trailers) {
        if (!over) {
            finish();
            forwarding.onResponseTrailers(trailers);
        }
    }

    @Override
    public void onReset(StreamReset reason) {
        if (over) {
            return;
        }
        finish();
        if (!responded) {
            host.recordFailure(LocalFailure.CONNECT, true);
        }
        String refusal = refusal();
        if (refusal.isEmpty()) {
            forwarding.onUpstreamReset(this, reason);
        } else {
            forwarding.onPoolFailure(new PoolFailure.Connect(new ConnectFailure(ConnectFailure.REMOTE, refusal)));
        }
    }

    /** With TLS 1.3 a server that refuses our certificate says so only after the handshake: no connection stood, and nothing of the request was read. */
    private String refusal() {
        ClientStream ended = stream;
        return responded || reused || ended == null
                ? ""
                : TlsSession.failureOf(ended.connection().channel());
    }

    @Override
    public void onWritable() {
        if (!over) {
            forwarding.resumeRequest();
        }
    }
}
