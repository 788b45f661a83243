package dev.lateen.proxy.xds.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.lateen.proxy.xds.bootstrap.BootstrapDecoder;
import dev.lateen.proxy.xds.decode.IstioDumps.Dumped;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

class ProtoJsonWriterTest {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    static Stream<Dumped> sentByIstio() {
        return IstioDumps.all().filter(dumped -> dumped.type() != ResourceType.SECRET);
    }

    /** As istioctl does it: by protobuf's own library, which refuses what is not canonical. */
    @ParameterizedTest
    @MethodSource("sentByIstio")
    void whatIstioSendsIsReadBackFromOurJsonWhole(Dumped dumped) throws InvalidProtocolBufferException {
        Any sent = dumped.any();
        Received received = Received.of(dumped.type(), sent.getValue(), "1", Instant.EPOCH);
        Any.Builder read = Any.newBuilder();
        JsonFormat.parser()
                .usingTypeRegistry(IstioDumps.registry())
                .merge(JSON.writeValueAsString(received.json()), read);
        assertThat(read.build()).isEqualTo(sent);
    }

    @Test
    void keysInABootstrapAreRedacted() {
        Map<String, Object> written = BootstrapDecoder.canonical(Map.of(
                "staticResources",
                Map.of(
                        "secrets",
                        java.util.List.of(Map.of(
                                "name",
                                "own",
                                "tls_certificate",
                                Map.of(
                                        "certificate_chain",
                                        Map.of("inline_string", "PEM"),
                                        "private_key",
                                        Map.of("inline_string", "SECRET")))))));
        assertThat(written.toString())
                .isEqualTo("{static_resources={secrets=[{name=own, tls_certificate={certificate_chain="
                        + "{inline_string=PEM}, private_key={inline_string=[redacted]}}}]}}");
    }
}
