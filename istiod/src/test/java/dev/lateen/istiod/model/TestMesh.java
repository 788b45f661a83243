package dev.lateen.istiod.model;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.KubernetesReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Snapshots from YAML, for tests of the model. */
final class TestMesh {
    private TestMesh() {}

    static MeshSnapshot of(String... yaml) {
        return MeshSnapshot.build(input(config("{}"), yaml), null);
    }

    static MeshSnapshot with(String meshConfig, String... yaml) {
        return MeshSnapshot.build(input(config(meshConfig), yaml), null);
    }

    /** The next snapshot, of a config that says just this. */
    static MeshSnapshot then(@Nullable MeshSnapshot before, String... yaml) {
        return MeshSnapshot.build(input(config("{}"), yaml), before);
    }

    private static ConfigInput input(MeshConfig mesh, String... yaml) {
        List<ConfigObject> objects = new ArrayList<>();
        for (String text : yaml) {
            Reading reading = new ResourceReader().read("test.yaml", text);
            if (!reading.accepted()) {
                throw new IllegalArgumentException(reading.problems().toString());
            }
            objects.addAll(KubernetesReader.objects(reading));
        }
        return ConfigInput.of(1, mesh, objects);
    }

    private static MeshConfig config(String yaml) {
        return new ResourceReader().readMeshConfig("mesh.yaml", yaml).settings().orElseThrow();
    }

    /** A sidecar's node that tells no locality. */
    static ProxyNode sidecar(String namespace, String address, Map<String, String> labels) {
        return new ProxyNode(
                "sidecar~" + address + "~pod." + namespace + "~" + namespace + ".svc.cluster.local",
                ProxyNode.Role.SIDECAR,
                address,
                "pod",
                namespace,
                namespace + ".svc.cluster.local",
                "",
                ProxyNode.Locality.UNKNOWN,
                ProxyNode.Agent.of("envoy"),
                Map.of("LABELS", labels));
    }

    static WorkloadScope scope(MeshSnapshot mesh, String namespace) {
        return mesh.scope(sidecar(namespace, "10.0.0.1", Map.of()));
    }
}
