package dev.lateen.proxy.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.route.RouteFixtures;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandOperatorsTest {
    private static String text(String format, ExchangeFacts exchange) {
        return SubstitutionFormat.compile(format).format(exchange);
    }

    private static ExchangeFacts answered(RequestHead request, int status, @Nullable String grpcStatus) {
        ExchangeFacts exchange = RouteFixtures.exchange(request);
        HeaderMap headers = new HeaderMap();
        if (grpcStatus != null) {
            headers.add("grpc-status", grpcStatus);
        }
        exchange.response(new ResponseHead(status, headers));
        return exchange;
    }

    @ParameterizedTest
    @CsvSource({"200,0,OK,0", "200,14,Unavailable,14", "200,99,99,99", "503,,Unavailable,14", "200,,Unknown,2"})
    void grpcAnswersAreNamed(int status, @Nullable String grpcStatus, String name, String number) {
        RequestHead call = RouteFixtures.get("a", "/", "content-type", "application/grpc");

        assertThat(text("%GRPC_STATUS% %GRPC_STATUS_NUMBER%", answered(call, status, grpcStatus)))
                .isEqualTo(name + " " + number);
    }

    @Test
    void whatIsNoGrpcHasNoStatusOfIts() {
        assertThat(text("%GRPC_STATUS%", answered(RouteFixtures.get("a", "/"), 200, "0")))
                .isEmpty();
    }

    @Test
    void noFlagIsADash() {
        ExchangeFacts exchange = RouteFixtures.exchange(RouteFixtures.get("a", "/"));
        assertThat(text("%RESPONSE_FLAGS%", exchange)).isEqualTo("-");
        exchange.addFlag(ResponseFlag.UPSTREAM_CONNECTION_FAILURE);
        exchange.addFlag(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED);
        assertThat(text("%RESPONSE_FLAGS%", exchange)).isEqualTo("URX,UF");
    }

    @Test
    void aHeadThatIsStillWrittenHasItsStatus() {
        RequestHead request = RouteFixtures.get("a", "/");
        ExchangeFacts exchange = RouteFixtures.exchange(request);

        assertThat(SubstitutionFormat.compile("%RESPONSE_CODE%")
                        .format(exchange, request, new ResponseHead(204, new HeaderMap())))
                .isEqualTo("204");
    }

    @Test
    void aTransportFailureIsOneWord() {
        ExchangeFacts exchange = RouteFixtures.exchange(RouteFixtures.get("a", "/"));
        exchange.upstreamTransportFailure("delayed connect error: Connection refused");

        assertThat(text("%UPSTREAM_TRANSPORT_FAILURE_REASON%", exchange))
                .isEqualTo("delayed_connect_error:_Connection_refused");
    }

    @Test
    void whoAnsweredIsKnownByItsCertificate() {
        ExchangeFacts exchange = RouteFixtures.exchange(RouteFixtures.get("a", "/"));
        assertThat(text("%UPSTREAM_PEER_URI_SAN%", exchange)).isEmpty();
        exchange.upstreamConnection(
                null,
                new TlsFacts(
                        "TLSv1.3", "TLS_AES_128_GCM_SHA256", null, List.of("spiffe://x"), List.of(), "", "", "", ""));
        assertThat(text("%UPSTREAM_PEER_URI_SAN% %UPSTREAM_TLS_VERSION%", exchange))
                .isEqualTo("spiffe://x TLSv1.3");
    }

    @Test
    void anOperatorThatHasNothingToTellIsNoReasonForNoLog() {
        ExchangeFacts exchange = RouteFixtures.exchange(RouteFixtures.get("a", "/"));
        assertThat(text("%UPSTREAM_PROTOCOL%%DOWNSTREAM_TRANSPORT_FAILURE_REASON%", exchange))
                .isEmpty();
    }

    @Test
    void thePathIsTheOneThatWasRouted() {
        RequestHead request = RouteFixtures.get("a", "/a/../b");
        ExchangeFacts exchange = RouteFixtures.exchange(request);
        request.path("/b");

        assertThat(text("%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%", exchange)).isEqualTo("/b");
        request.headers().set("x-envoy-original-path", "/before");
        assertThat(text("%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%", exchange)).isEqualTo("/before");
    }
}
