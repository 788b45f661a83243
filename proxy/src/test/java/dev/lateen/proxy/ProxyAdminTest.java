package dev.lateen.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.bootstrap.EnvoyBootstrap;
import dev.lateen.proxy.listener.ListenerSettings;
import dev.lateen.proxy.telemetry.Stat.Gauge;
import dev.lateen.proxy.telemetry.Stat.Scope;
import dev.lateen.proxy.xds.decode.FileSource;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.OutputStream;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a proxy counts of itself. */
class ProxyAdminTest {
    @Test
    void concurrencyIsTheNumberOfEventLoopsThatThereReallyAre() throws Exception {
        ProxyBootstrap bootstrap = EnvoyBootstrap.parse(
                "node: {id: \"sidecar~127.0.0.1~a.b~b.svc.cluster.local\", cluster: a.b}\n", FileSource.NONE);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(3));
        DataPath path =
                new DataPath(vertx, bootstrap.node(), ListenerSettings.DEFAULT, OutputStream.nullOutputStream());
        try {
            var admin = new ProxyAdmin(
                    new Proxy(bootstrap, OutputStream.nullOutputStream()), path, bootstrap, Instant.EPOCH);
            assertThat(admin.stats()).contains(new Gauge(Scope.SERVER, "", "server.concurrency", 3));
        } finally {
            path.close();
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }
}
