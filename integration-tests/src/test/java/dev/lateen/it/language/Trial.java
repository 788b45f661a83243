package dev.lateen.it.language;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.api.yaml.SettingsReading;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.KubernetesReader;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.Translation;
import dev.lateen.istiod.translate.Translator;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.ResourceDecoder;
import dev.lateen.proxy.xds.decode.ResourceType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Takes an object through both halves: reader, snapshot, translators, decoders. What was decoded before is not decoded again. */
final class Trial {
    private static final List<ResourceType> ASKED_AT_ONCE =
            List.of(ResourceType.CLUSTER, ResourceType.ENDPOINTS, ResourceType.LISTENER, ResourceType.ROUTES);

    private final ResourceReader reader = new ResourceReader();
    private final ResourceDecoder decoder = ResourceDecoder.lenient(Trial::file);
    private final Map<String, Verdict> known = new HashMap<>();
    private final Reading fixture;
    private final SettingsReading<MeshConfig> usual;
    private final List<ProxyNode> ours = Nodes.of("lateen");
    private final List<ProxyNode> stock = Nodes.of("envoy");

    /** What the decoders made of one resource. */
    record Verdict(@Nullable String rejected, List<String> unread, List<String> secrets, Object value) {}

    /**
     * What became of an object.
     *
     * @param refused what validation refuses; then nothing else was done
     * @param said warnings of validation and of the snapshot, by path
     * @param told what each of our proxies makes of what it is sent: the decoded value by node, type and name
     * @param rejected what decoders reject
     * @param unread fields that decoders pass over, as patterns, each with a type before it
     * @param unreadByStock the same of what only a stock Envoy would be sent
     * @param rejectedByStock what our decoders reject of what only a stock Envoy would be sent
     */
    record Outcome(
            List<String> refused,
            List<Problem> said,
            Map<String, Object> told,
            List<String> rejected,
            List<String> unread,
            List<String> unreadByStock,
            List<String> rejectedByStock) {}

    Trial(String fixture, String mesh) {
        this.fixture = reader.read("fixture", fixture);
        this.usual = reader.readMeshConfig("mesh", mesh);
        if (!this.fixture.accepted() || usual.settings().isEmpty()) {
            throw new IllegalStateException(this.fixture.problems() + " " + usual.problems());
        }
    }

    /** A resource among those of the fixture; one of the same name takes its place. */
    Outcome resource(ObjectNode object, boolean alsoStock) {
        return outcome(reader.read(new Origin.InFile("case", 1, 0), object), usual, alsoStock);
    }

    /** Mesh config, with an object among those of the fixture. */
    Outcome meshConfig(ObjectNode config, String more, boolean alsoStock) {
        return outcome(reader.read("more", more), reader.readMeshConfig("mesh", config.toString()), alsoStock);
    }

    private Outcome outcome(Reading reading, SettingsReading<MeshConfig> mesh, boolean alsoStock) {
        List<Problem> said = new ArrayList<>(reading.problems());
        said.addAll(mesh.problems());
        List<String> refused =
                said.stream().filter(Problem::isError).map(Problem::toString).toList();
        if (!refused.isEmpty() || mesh.settings().isEmpty()) {
            return new Outcome(refused, said, Map.of(), List.of(), List.of(), List.of(), List.of());
        }
        MeshSnapshot snapshot = MeshSnapshot.build(input(mesh.settings().orElseThrow(), reading), null);
        said.addAll(snapshot.problems());
        Sent toOurs = new Sent();
        Sent toStock = new Sent();
        Translator translator = new Translator();
        send(translator, snapshot, ours, toOurs);
        if (alsoStock) {
            send(translator, snapshot, stock, toStock);
        }
        return new Outcome(
                List.of(),
                said,
                toOurs.told,
                toOurs.rejected,
                List.copyOf(toOurs.unread),
                List.copyOf(toStock.unread),
                toStock.rejected);
    }

    /** What proxies of one kind are sent and make of it. */
    private static final class Sent {
        private final Map<String, Object> told = new TreeMap<>();
        private final List<String> rejected = new ArrayList<>();
        private final Set<String> unread = new TreeSet<>();

        private void add(String name, Verdict verdict) {
            told.put(name, verdict.value());
            if (verdict.rejected() != null) {
                rejected.add(verdict.rejected());
            }
            unread.addAll(verdict.unread());
        }
    }

    private ConfigInput input(MeshConfig mesh, Reading reading) {
        List<ConfigObject> objects = new ArrayList<>(KubernetesReader.objects(fixture));
        objects.addAll(KubernetesReader.objects(reading));
        return ConfigInput.of(1, mesh, objects);
    }

    private void send(Translator translator, MeshSnapshot snapshot, List<ProxyNode> nodes, Sent sent) {
        for (int i = 0; i < nodes.size(); i++) {
            Translation translation = translator.translate(snapshot, nodes.get(i));
            Set<String> secrets = new TreeSet<>();
            for (ResourceType type : ASKED_AT_ONCE) {
                for (XdsResource resource : translation.all(type.typeUrl())) {
                    Verdict verdict = verdict(type, resource);
                    sent.add(i + " " + type.word() + " " + resource.name(), verdict);
                    secrets.addAll(verdict.secrets());
                }
            }
            for (String secret : secrets) {
                XdsResource resource = translation.named(TypeUrls.SECRET, secret);
                if (resource != null) {
                    sent.add(i + " secret " + secret, verdict(ResourceType.SECRET, resource));
                }
            }
        }
    }

    private Verdict verdict(ResourceType type, XdsResource resource) {
        return known.computeIfAbsent(
                type + " " + resource.name() + " " + resource.version(), k -> decode(type, resource));
    }

    private Verdict decode(ResourceType type, XdsResource resource) {
        Decoded decoded;
        try {
            decoded = decoder.decode(
                    type,
                    resource.name(),
                    resource.body().getTypeUrl(),
                    resource.body().getValue());
        } catch (RuntimeException e) {
            decoded = new Decoded.Rejected(resource.name(), type.word() + " " + resource.name() + " throws " + e);
        }
        return switch (decoded) {
            case Decoded.Rejected rejected -> new Verdict(rejected.reason(), List.of(), List.of(), rejected);
            case Decoded.Accepted accepted ->
                new Verdict(
                        null,
                        Stream.concat(
                                        accepted.unsupported().stream().map(p -> type.word() + " " + pattern(p)),
                                        accepted.gaps().stream()
                                                .map(g -> "gap " + type.word() + " " + pattern(g.path()) + " "
                                                        + g.what()))
                                .toList(),
                        accepted.secrets().stream().map(s -> s.name()).toList(),
                        accepted.resource());
        };
    }

    // Files are read while a resource is decoded; a revocation list must be one.
    private static byte[] file(String path) {
        String text = path.endsWith(".crl") ? Table.text("revoked.crl") : path;
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String pattern(String path) {
        return path.replaceAll("\\[[^\\]]*\\]", "[]");
    }
}
