package dev.lateen.proxy.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.StructValue;
import dev.lateen.proxy.route.RouteFixtures;
import java.util.List;
import java.util.Map;
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

    private static ExchangeFacts withMetadata() {
        ExchangeFacts exchange = RouteFixtures.exchange(RouteFixtures.get("a", "/"));
        exchange.addDynamicMetadata(
                "com.test",
                new StructValue.Struct(Map.of(
                        "text", new StructValue.StringValue("a \"b\""),
                        "number", new StructValue.NumberValue(3),
                        "part", new StructValue.NumberValue(1.5),
                        "null", new StructValue.NullValue(),
                        "deep",
                                new StructValue.Struct(Map.of(
                                        "z", new StructValue.BoolValue(true),
                                        "a", new StructValue.ListValue(List.of(new StructValue.StringValue("x"))))))));
        return exchange;
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "com.test:text     | a \"b\"",
                "com.test:text):3  | a \"",
                "com.test:number   | 3",
                "com.test:part     | 1.5",
                "com.test:deep     | {\"a\":[\"x\"],\"z\":true}",
                "com.test:deep):5  | {\"a\":",
                "com.test:deep:z   | true",
                "com.test:null     | -",
                "com.test:absent   | -",
                "com.test:text:no  | -",
                "com.other         | -",
            })
    void metadataIsTextOrJson(String argument, String expected) {
        StringBuilder out = new StringBuilder();
        SubstitutionFormat.compile("%DYNAMIC_METADATA(" + argument + (argument.contains(")") ? "%" : ")%"))
                .append(out, withMetadata(), "-");
        assertThat(out.toString()).isEqualTo(expected);
    }

    @Test
    void aWholeNamespaceIsOneObject() {
        assertThat(text("%DYNAMIC_METADATA(com.test)%", withMetadata()))
                .isEqualTo("{\"deep\":{\"a\":[\"x\"],\"z\":true},\"null\":null,\"number\":3,\"part\":1.5,"
                        + "\"text\":\"a \\\"b\\\"\"}");
    }

    @Test
    void laterMetadataReplacesKeysOfItsNamespace() {
        ExchangeFacts exchange = withMetadata();
        exchange.addDynamicMetadata(
                "com.test", new StructValue.Struct(Map.of("deep", new StructValue.BoolValue(false))));
        exchange.addDynamicMetadata("com.other", new StructValue.Struct(Map.of()));
        assertThat(text("%DYNAMIC_METADATA(com.test:deep)%%DYNAMIC_METADATA(com.test:number)%", exchange))
                .isEqualTo("false3");
        assertThat(exchange.dynamicMetadata()).containsOnlyKeys("com.test", "com.other");
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
