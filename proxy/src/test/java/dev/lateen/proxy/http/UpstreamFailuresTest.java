package dev.lateen.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.transport.ConnectFailure;
import org.junit.jupiter.api.Test;

class UpstreamFailuresTest {
    @Test
    void aNameThatNobodyResolvesIsToldApartFromAHostThatRefuses() {
        LocalReply unresolved = UpstreamFailures.connect(
                new ConnectFailure(ConnectFailure.DNS, "dns_resolution_failure{nowhere.test}"), 1);
        assertThat(unresolved.status()).isEqualTo(503);
        assertThat(unresolved.flag()).isEqualTo(ResponseFlag.DNS_RESOLUTION_FAILED);
        assertThat(ResponseFlag.DNS_RESOLUTION_FAILED.text()).isEqualTo("DF");
        assertThat(unresolved.details()).isEqualTo("dns_resolution_failure");
        assertThat(unresolved.body()).isEqualTo("DNS resolution failure");

        LocalReply refused = UpstreamFailures.connect(
                new ConnectFailure(ConnectFailure.REMOTE, "delayed connect error: Connection refused"), 1);
        assertThat(refused.flag()).isEqualTo(ResponseFlag.UPSTREAM_CONNECTION_FAILURE);
        assertThat(refused.details())
                .isEqualTo("upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:"
                        + "_Connection_refused}");
    }
}
