package dev.lateen.proxy.xds.decode;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.lateen.proxy.xds.decode.IstioDumps.Dumped;
import dev.lateen.proxy.xds.proto.ProtoJsonReader;
import dev.lateen.proxy.xds.proto.ProtoNode;
import dev.lateen.proxy.xds.proto.ProtoSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

class IstioResourcesTest {
    private final ResourceDecoder decoder = ResourceDecoder.lenient(FileSource.NONE);

    @Test
    void everythingARealIstiodSentIsTaken() {
        List<Decoded> decoded = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        IstioDumps.all().filter(IstioResourcesTest::usable).forEach(resource -> {
            Any any = resource.any();
            Decoded outcome = decoder.decode(resource.type(), "", any.getTypeUrl(), any.getValue());
            decoded.add(outcome);
            if (outcome instanceof Decoded.Rejected rejected) {
                refused.add(resource + " " + rejected.reason());
            }
        });
        // Until the PROXY protocol is spoken upstream.
        assertThat(refused).allMatch(reason -> reason.contains("ProxyProtocolUpstreamTransport"));
        assertThat(decoded).hasSizeGreaterThan(150);
    }

    /** All that is not done of what a real istiod sent: nothing that decides who gets in, and each is told where it is met. */
    @Test
    void whatIsLeftOutOfIstiosResourcesStandsOnOneList() {
        Set<String> left = new TreeSet<>();
        IstioDumps.all().filter(IstioResourcesTest::usable).forEach(resource -> {
            ProtoNode node = ProtoJsonReader.read(
                    ProtoSchema.ENVOY.message(resource.type().message()), resource.json(), null, "");
            if (decoder.decode(resource.type(), "", node) instanceof Decoded.Accepted accepted) {
                accepted.unsupported().forEach(path -> left.add(path.replaceAll("\\[[^\\]]*\\]", "")));
                accepted.gaps().forEach(gap -> left.add(gap.effect() + " " + gap.what()));
            }
        });
        assertThat(left)
                .isSubsetOf(
                        // EnvoyFilter: requests are never of high priority here.
                        "circuit_breakers.thresholds.max_connections",
                        // EnvoyFilter: redirects are the client's to follow, and no request is sent twice at once.
                        "virtual_hosts.routes.route.internal_redirect_policy",
                        "virtual_hosts.routes.route.hedge_policy",
                        // Bytes are passed on without being counted, or translated.
                        "LEFT_OUT envoy.filters.network.mongo_proxy",
                        "LEFT_OUT envoy.filters.http.grpc_web",
                        "LEFT_OUT envoy.filters.http.header_to_metadata",
                        "LEFT_OUT access log envoy.access_loggers.open_telemetry",
                        "LEFT_OUT tracer envoy.tracers.opentelemetry",
                        // Fail closed: what should go through a tunnel goes nowhere without.
                        "DENIES filter chain");
    }

    /** Two readers of ours against protobuf's own library. */
    @Test
    void jsonAndWireGiveTheSameValues() {
        IstioDumps.all()
                .filter(IstioResourcesTest::usable)
                .filter(IstioResourcesTest::ofTheLibrarysTime)
                .forEach(resource -> {
                    Any any = resource.any();
                    ProtoNode fromJson = ProtoJsonReader.read(
                            ProtoSchema.ENVOY.message(resource.type().message()), resource.json(), null, "");
                    assertThat(decoder.decode(resource.type(), "", fromJson))
                            .as(resource.toString())
                            .isEqualTo(decoder.decode(resource.type(), "", any.getTypeUrl(), any.getValue()));
                });
    }

    @Test
    @SuppressWarnings("unchecked")
    void istiosAuthorizationRulesAreTaken() throws IOException {
        ObjectMapper yaml = YAMLMapper.builder().build();
        try (Stream<Path> files = Files.list(IstioDumps.shared("istio/authz"))) {
            List<Path> outputs = files.filter(file -> file.toString().endsWith("-out.yaml"))
                    .sorted()
                    .toList();
            assertThat(outputs).hasSizeGreaterThan(5);
            for (Path file : outputs) {
                Map<String, Object> filter = yaml.readValue(file, Map.class);
                Map<String, Object> rbac = (Map<String, Object>) requireNonNull(filter.get("typedConfig"));
                ProtoNode node = ProtoJsonReader.read(
                        ProtoSchema.ENVOY.message("envoy.extensions.filters.http.rbac.v3.RBAC"), rbac, null, "");
                assertThat(RbacDecoder.http(node, new DecodeScope(FileSource.NONE)))
                        .as(file.toString())
                        .isNotNull();
                List<String> unread = new ArrayList<>();
                node.unread(field -> unread.add(field.path()));
                assertThat(unread).as(file.toString()).isEmpty();
            }
        }
    }

    private static boolean ofTheLibrarysTime(Dumped resource) {
        return !resource.json().toString().contains("collector_service");
    }

    /** Keys are redacted in a dump, and one static cluster is a Unix socket for the agent. */
    private static boolean usable(Dumped resource) {
        String text = resource.json().toString();
        return !text.contains("private_key=") && !text.contains("pipe=");
    }
}
