package dev.lateen.istiod.translate;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.KubernetesReader;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.resource.XdsResource;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A mesh from YAML, for tests: reads, snapshots, and translates for a proxy. */
final class Mesh {
    final MeshSnapshot snapshot;
    private final Translator translator;

    private Mesh(MeshSnapshot snapshot, Translator translator) {
        this.snapshot = snapshot;
        this.translator = translator;
    }

    static Mesh of(String... yaml) {
        return with("{}", yaml);
    }

    static Mesh with(String meshConfig, String... yaml) {
        return new Mesh(MeshSnapshot.build(input(config(meshConfig), yaml), null), new Translator());
    }

    /** The mesh after a change of its configuration. */
    Mesh then(String... yaml) {
        return thenWith(snapshot.mesh(), yaml);
    }

    /** The mesh after a change of its configuration and mesh config. */
    Mesh thenWith(MeshConfig mesh, String... yaml) {
        return new Mesh(MeshSnapshot.build(input(mesh, yaml), snapshot), translator);
    }

    static ConfigInput input(MeshConfig mesh, String... yaml) {
        List<ConfigObject> objects = new ArrayList<>();
        for (int i = 0; i < yaml.length; i++) {
            Reading reading = new ResourceReader().read("test-" + i + ".yaml", yaml[i]);
            if (!reading.accepted()) {
                throw new IllegalArgumentException(reading.problems().toString());
            }
            objects.addAll(KubernetesReader.objects(reading));
        }
        return ConfigInput.of(1, mesh, objects);
    }

    static MeshConfig config(String yaml) {
        return new ResourceReader().readMeshConfig("mesh.yaml", yaml).settings().orElseThrow();
    }

    static Path shared() {
        return Path.of(System.getProperty("lateen.shared", "../shared"));
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ProxyNode envoy(String workload, String address, Map<String, String> labels) {
        return node(ProxyNode.Role.SIDECAR, workload, "default", address, "envoy", labels, Map.of());
    }

    static ProxyNode node(
            ProxyNode.Role role,
            String workload,
            String namespace,
            String address,
            String userAgent,
            Map<String, String> labels,
            Map<String, Object> more) {
        Map<String, Object> metadata = new HashMap<>(more);
        metadata.put("LABELS", labels);
        metadata.put("NAMESPACE", namespace);
        metadata.put("NAME", workload);
        metadata.put("INSTANCE_IPS", address);
        String kind = role == ProxyNode.Role.SIDECAR ? "sidecar" : "router";
        return new ProxyNode(
                kind + "~" + address + "~" + workload + "." + namespace + "~" + namespace + ".svc.cluster.local",
                role,
                address,
                workload,
                namespace,
                namespace + ".svc.cluster.local",
                workload + "." + namespace,
                new ProxyNode.Locality("r1", "z1", ""),
                ProxyNode.Agent.of(userAgent),
                metadata);
    }

    static ProxyNode gateway(String namespace, Map<String, String> labels) {
        return node(ProxyNode.Role.ROUTER, "gateway", namespace, "10.9.9.9", "envoy", labels, Map.of());
    }

    Translation translation(ProxyNode node) {
        return translator.translate(snapshot, node);
    }

    Cluster cluster(ProxyNode node, String name) {
        return unpack(translation(node).named(TypeUrls.CLUSTER, name), Cluster.class);
    }

    List<String> names(ProxyNode node, String type) {
        return translation(node).all(type).stream().map(XdsResource::name).toList();
    }

    Listener listener(ProxyNode node, String name) {
        return unpack(translation(node).named(TypeUrls.LISTENER, name), Listener.class);
    }

    RouteConfiguration routes(ProxyNode node, String name) {
        return unpack(translation(node).named(TypeUrls.ROUTE, name), RouteConfiguration.class);
    }

    VirtualHost host(ProxyNode node, String routes, String name) {
        return routes(node, routes).getVirtualHostsList().stream()
                .filter(v -> v.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " not in "
                        + routes(node, routes).getVirtualHostsList().stream()
                                .map(VirtualHost::getName)
                                .toList()));
    }

    ClusterLoadAssignment endpoints(ProxyNode node, String name) {
        return unpack(translation(node).named(TypeUrls.ENDPOINT, name), ClusterLoadAssignment.class);
    }

    static HttpConnectionManager manager(FilterChain chain) {
        Filter last = chain.getFilters(chain.getFiltersCount() - 1);
        return unpack(last.getTypedConfig(), HttpConnectionManager.class);
    }

    static <M extends Message> M unpack(@Nullable XdsResource resource, Class<M> type) {
        if (resource == null) {
            throw new AssertionError("no such resource");
        }
        return unpack(resource.body(), type);
    }

    static <M extends Message> M unpack(Any any, Class<M> type) {
        try {
            return any.unpack(type);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
