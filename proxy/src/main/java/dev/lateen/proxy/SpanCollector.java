package dev.lateen.proxy;

import dev.lateen.proxy.telemetry.Telemetry;
import dev.lateen.proxy.upstream.Destination;
import dev.lateen.proxy.upstream.PickContext;
import dev.lateen.proxy.upstream.UpstreamCluster;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Posts spans to a host of the collector's cluster, in clear text; spans that can't be posted are lost. Used by one thread at a time. */
final class SpanCollector implements Telemetry.CollectorClient {
    private static final Logger LOG = LoggerFactory.getLogger(SpanCollector.class);
    private static final long TIMEOUT_MILLIS = 5_000;

    private final Vertx vertx;
    private final Function<String, @Nullable UpstreamCluster> clusters;
    private final PickContext pick = new PickContext(new SplittableRandom());
    private @Nullable HttpClient client;

    /** @param clusters those in force, by name */
    SpanCollector(Vertx vertx, Function<String, @Nullable UpstreamCluster> clusters) {
        this.vertx = vertx;
        this.clusters = clusters;
    }

    @Override
    public synchronized void post(String cluster, String hostname, String path, String body) {
        UpstreamCluster upstream = clusters.apply(cluster);
        Destination to = upstream == null ? null : upstream.pick(pick.reset());
        if (to == null) {
            LOG.debug("spans lost: cluster {} has no host", cluster);
            return;
        }
        HttpClient open = client == null ? vertx.createHttpClient() : client;
        client = open;
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(to.host().address().getHostString())
                .setPort(to.host().address().getPort())
                .setURI(path)
                .setTimeout(TIMEOUT_MILLIS);
        open.request(options)
                .compose(request -> request.putHeader("host", hostname.isEmpty() ? cluster : hostname)
                        .putHeader("content-type", "application/json")
                        .send(Buffer.buffer(body)))
                .onFailure(error -> LOG.debug("spans lost: {}", error.getMessage()));
    }
}
