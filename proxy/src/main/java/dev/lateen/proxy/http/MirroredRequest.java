package dev.lateen.proxy.http;

import dev.lateen.proxy.http.codec.ClientStream;
import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.http.pool.PoolFailure;
import dev.lateen.proxy.http.pool.StreamTaker;
import dev.lateen.proxy.message.Authority;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.RouteAction.Mirror;
import dev.lateen.proxy.upstream.Destination;
import dev.lateen.proxy.upstream.Host;
import dev.lateen.proxy.upstream.PickContext;
import dev.lateen.proxy.upstream.UpstreamCluster;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A copy of a request on its way to a mirror; its answer is read and dropped. */
final class MirroredRequest implements StreamTaker {
    /** How long a mirror may take, in nanoseconds: its host must not hold a connection for ever. */
    private static final long LIMIT_NANOS = 60_000_000_000L;

    private final HttpWorker worker;
    private final UpstreamCluster cluster;
    private final Host host;
    private final RequestHead head;
    private final long held;
    private @Nullable ByteBuf body;
    private @Nullable Future<?> limit;
    private @Nullable ClientStream stream;
    private boolean over;

    private MirroredRequest(
            HttpWorker worker, UpstreamCluster cluster, Host host, RequestHead head, @Nullable ByteBuf body) {
        this.worker = worker;
        this.cluster = cluster;
        this.host = host;
        this.head = head;
        this.body = body;
        this.held = body == null ? 0 : body.readableBytes();
        worker.heldBodies().add(held);
    }

    /** @param body ownership passes */
    static void send(
            HttpWorker worker, Mirror mirror, UpstreamCluster cluster, RequestHead head, @Nullable ByteBuf body) {
        Destination to = cluster.pick(new PickContext(worker.random()));
        if (to == null) {
            if (body != null) {
                body.release();
            }
            return;
        }
        if (!mirror.disableShadowHostSuffix()) {
            head.authority(shadowed(head.parsedAuthority()));
        }
        MirroredRequest request = new MirroredRequest(worker, cluster, to.host(), head, body);
        Cluster config = cluster.config();
        worker.pools().acquire(cluster, to, UpstreamProtocols.mirrored(config, to.tls(), head), request);
    }

    /** Envoy puts {@code -shadow} behind the host, before the port. */
    private static String shadowed(Authority authority) {
        return authority.host() + "-shadow" + authority.portPart();
    }

    @Override
    public void onStream(ClientStream opened, boolean reused) {
        stream = opened;
        host.requestStarted();
        ByteBuf content = body;
        body = null;
        worker.heldBodies().remove(held);
        limit = worker.schedule(this::tooLate, LIMIT_NANOS);
        opened.head(head, content == null);
        if (content != null) {
            opened.data(content, true);
        }
    }

    private void tooLate() {
        if (!over && stream != null) {
            finish();
            stream.reset();
        }
    }

    private void finish() {
        if (!over) {
            over = true;
            if (limit != null) {
                limit.cancel(false);
            }
            host.requestFinished();
            cluster.breaker().releaseRequest();
        }
    }

    @Override
    public void onFailure(PoolFailure failure) {
        over = true;
        worker.heldBodies().remove(held);
        if (body != null) {
            body.release();
            body = null;
        }
    }

    @Override
    public void onInformational(ResponseHead informational) {}

    @Override
    public void onHead(ResponseHead response, boolean end) {
        host.recordResponse(response.status());
        if (end) {
            finish();
        }
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
        data.release();
        if (end) {
            finish();
        }
    }

    @Override
    public void onTrailers(HeaderMap trailers) {
        finish();
    }

    @Override
    public void onReset(StreamReset reason) {
        finish();
    }

    @Override
    public void onWritable() {}
}
