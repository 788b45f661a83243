package dev.lateen.it.decide;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.KubernetesReader;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.Translation;
import dev.lateen.istiod.translate.Translator;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.LoadAssignment;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.ResourceDecoder;
import dev.lateen.proxy.xds.decode.ResourceType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a proxy is told of a mesh: user's resources through reader, snapshot, translator and decoder. */
final class Snapshots {
    private final ResourceReader reader = new ResourceReader();
    private final ResourceDecoder decoder = ResourceDecoder.lenient(path -> Files.readAllBytes(Path.of(path)));
    private final Translator translator = new Translator();
    private final MeshConfig mesh;
    private final List<Secret> own;

    /** @param own the secrets that every proxy has by itself */
    Snapshots(String meshConfig, List<Secret> own) {
        this.mesh = reader.readMeshConfig("mesh", meshConfig).settings().orElseThrow();
        this.own = own;
    }

    MeshSnapshot mesh(long version, String yaml) {
        Reading reading = reader.read("generated", yaml);
        List<String> errors = reading.problems().stream()
                .filter(Problem::isError)
                .map(Problem::toString)
                .toList();
        if (!errors.isEmpty()) {
            throw new IllegalStateException(errors + "\n" + yaml);
        }
        return MeshSnapshot.build(ConfigInput.of(version, mesh, KubernetesReader.objects(reading)), null);
    }

    ProxySnapshot of(MeshSnapshot mesh, ProxyNode node, long version) {
        Translation translation = translator.translate(mesh, node);
        Map<String, Listener> listeners = new HashMap<>();
        Map<String, RouteTable> tables = new HashMap<>();
        Map<String, Cluster> clusters = new HashMap<>();
        Map<String, LoadAssignment> assignments = new HashMap<>();
        Map<String, Secret> secrets = new HashMap<>();
        own.forEach(secret -> secrets.put(secret.name(), secret));
        Set<String> wanted = new HashSet<>();
        for (ResourceType type :
                List.of(ResourceType.CLUSTER, ResourceType.ENDPOINTS, ResourceType.LISTENER, ResourceType.ROUTES)) {
            for (XdsResource resource : translation.all(type.typeUrl())) {
                Decoded.Accepted accepted = decode(type, resource);
                accepted.secrets().forEach(secret -> wanted.add(secret.name()));
                switch (accepted.resource()) {
                    case Decoded.Resource.OfListener(Listener listener) -> listeners.put(listener.name(), listener);
                    case Decoded.Resource.OfRoutes(RouteTable table) -> tables.put(resource.name(), table);
                    case Decoded.Resource.OfCluster(Cluster cluster) -> clusters.put(cluster.name(), cluster);
                    case Decoded.Resource.OfEndpoints(LoadAssignment assignment) ->
                        assignments.put(resource.name(), assignment);
                    case Decoded.Resource.OfSecret(Secret secret) -> secrets.put(secret.name(), secret);
                    // Decides nothing of a request.
                    case Decoded.Resource.OfNames _ -> {}
                }
            }
        }
        for (String name : wanted) {
            XdsResource secret = secrets.containsKey(name) ? null : translation.named(TypeUrls.SECRET, name);
            if (secret != null
                    && decode(ResourceType.SECRET, secret).resource()
                            instanceof Decoded.Resource.OfSecret(Secret read)) {
                secrets.put(name, read);
            }
        }
        return new ProxySnapshot(version, listeners, tables, clusters, assignments, secrets);
    }

    private Decoded.Accepted decode(ResourceType type, XdsResource resource) {
        Decoded decoded = decoder.decode(
                type,
                resource.name(),
                resource.body().getTypeUrl(),
                resource.body().getValue());
        return switch (decoded) {
            case Decoded.Accepted accepted -> accepted;
            case Decoded.Rejected rejected -> throw new IllegalStateException(rejected.reason());
        };
    }
}
