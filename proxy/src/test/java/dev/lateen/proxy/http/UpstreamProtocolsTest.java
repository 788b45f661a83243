package dev.lateen.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.pool.PoolOptions;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Cluster.LbSettings;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.route.RouteFixtures;
import dev.lateen.proxy.upstream.UpstreamFixtures;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What TLS is told of a request. */
class UpstreamProtocolsTest {
    private static final Cluster CLUSTER = UpstreamFixtures.cluster(
            LbPolicy.ROUND_ROBIN, new LbSettings(2, 1024, 65537, 50, false), UpstreamFixtures.fixed());

    private static PoolOptions options(boolean autoSni, String authority) {
        TlsSettings settings = new TlsSettings("", "", List.of(), List.of(), List.of(), null);
        PoolOptions options = UpstreamProtocols.options(
                CLUSTER,
                new UpstreamTls(settings, "", autoSni, true),
                RouteFixtures.exchange(RouteFixtures.get(authority, "/")));
        assertThat(options).isNotNull();
        return options;
    }

    @ParameterizedTest
    @CsvSource({
        "db.example.com, db.example.com",
        "db.example.com:8443, db.example.com",
        "vault-0, vault-0",
        "api.v2, api.v2",
        "svc.zone1:8443, svc.zone1",
        "10.0.0.5, 10.0.0.5",
        "10.0.0.5:443, 10.0.0.5",
        "[2001:db8::1], 2001:db8::1",
        "[2001:db8::1]:8443, 2001:db8::1",
    })
    void theServerIsExpectedToBeTheRequestsHost(String authority, String host) {
        assertThat(options(true, authority).sni()).isEqualTo(host);
    }

    @Test
    void withoutAutomaticServerNamesTheSettingsOwnCounts() {
        assertThat(options(false, "db.example.com")).isEqualTo(PoolOptions.HTTP1);
    }
}
