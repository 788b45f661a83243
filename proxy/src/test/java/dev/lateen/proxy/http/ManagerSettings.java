package dev.lateen.proxy.http;

import dev.lateen.proxy.model.Cidr;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpFilterConfig;
import java.time.Duration;
import java.util.List;

/** What tests vary about the connection manager. */
final class ManagerSettings {
    HttpConnectionManager.ClientProtocol client = HttpConnectionManager.ClientProtocol.DEFAULT;
    Duration streamIdle = Duration.ZERO;
    Duration requestHeaders = Duration.ZERO;
    Duration idle = Duration.ofHours(1);
    Duration life = Duration.ZERO;
    List<String> upgrades = List.of("websocket");
    boolean useRemoteAddress;
    boolean appendPort;
    int maxHeaders = 100;
    List<Cidr> internal = List.of();

    HttpConnectionManager manager() {
        return new HttpConnectionManager(
                "test",
                new HttpConnectionManager.RouteSource.Rds("rds"),
                List.of(new HttpFilterConfig.Router(false, false)),
                new HttpConnectionManager.Reporting(List.of(), null, true, false),
                new HttpConnectionManager.Server("envoy", HttpConnectionManager.ServerHeader.OVERWRITE),
                new HttpConnectionManager.Forwarded(
                        useRemoteAddress,
                        0,
                        false,
                        appendPort,
                        new HttpConnectionManager.ForwardClientCert(
                                HttpConnectionManager.ForwardClientCert.Mode.SANITIZE,
                                false,
                                false,
                                false,
                                false,
                                false),
                        internal),
                new HttpConnectionManager.Normalization(
                        true, false, HttpConnectionManager.EscapedSlashes.KEEP_UNCHANGED, false, false),
                client(),
                new HttpConnectionManager.Timeouts(
                        streamIdle, Duration.ZERO, requestHeaders, idle, life, Duration.ofSeconds(5)),
                new HttpConnectionManager.Limits(60, maxHeaders, 100));
    }

    private HttpConnectionManager.ClientProtocol client() {
        return new HttpConnectionManager.ClientProtocol(
                client.codec(),
                client.acceptHttp10(),
                client.trailers(),
                client.proxy100Continue(),
                client.underscores(),
                client.maxRequests(),
                upgrades);
    }
}
