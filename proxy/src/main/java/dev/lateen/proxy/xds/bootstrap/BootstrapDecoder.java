package dev.lateen.proxy.xds.bootstrap;

import dev.lateen.proxy.model.LoadAssignment.Locality;
import dev.lateen.proxy.xds.decode.AddressDecoder;
import dev.lateen.proxy.xds.decode.ConfigSourceDecoder;
import dev.lateen.proxy.xds.decode.DecodeScope;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.FileSource;
import dev.lateen.proxy.xds.decode.ResourceDecoder;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.decode.SecretReference;
import dev.lateen.proxy.xds.proto.ConfigException;
import dev.lateen.proxy.xds.proto.KnownFields;
import dev.lateen.proxy.xds.proto.ProtoJsonReader;
import dev.lateen.proxy.xds.proto.ProtoJsonWriter;
import dev.lateen.proxy.xds.proto.ProtoNode;
import dev.lateen.proxy.xds.proto.ProtoSchema;
import dev.lateen.proxy.xds.proto.Structs;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.bootstrap.v3.Bootstrap}. Strict: what it asks for and this proxy can't do is refused by its path; a few parts that only
 * tune Envoy itself are named and passed over.
 */
public final class BootstrapDecoder {
    private static final String BOOTSTRAP = "envoy.config.bootstrap.v3.Bootstrap";
    private static final String[] ENVOYS_OWN = {
        "layered_runtime",
        "stats_config",
        "stats_flush_interval",
        "stats_flush_on_admin",
        "stats_server_version_override",
        "overload_manager",
        "watchdog",
        "watchdogs",
        "cluster_manager",
        "flags_path",
        "enable_dispatcher_stats",
        "deferred_stat_options",
        "default_regex_engine",
        "typed_dns_resolver_config",
        "dns_resolution_config",
        "use_tcp_for_dns_lookups",
        "node_context_params",
        "default_socket_interface",
        "application_log_config",
        "memory_allocator_manager",
        "perf_tracing_file_path",
        "tracing"
    };

    private final DecodeScope scope;
    private final ResourceDecoder decoder;
    private final List<Decoded.Accepted> resources = new ArrayList<>();
    private final Map<String, ProtoNode> clusterNodes = new HashMap<>();

    private BootstrapDecoder(FileSource files) {
        this.scope = new DecodeScope(files);
        this.decoder = ResourceDecoder.strict(files);
    }

    /**
     * @param json the file as plain maps, lists, texts, numbers and booleans
     * @param userAgentVersion our own version, told to the control plane
     * @throws ConfigException naming the field that is wrong or not supported
     */
    public static BootstrapResources decode(Map<String, Object> json, FileSource files, String userAgentVersion) {
        return decode(json, files, userAgentVersion, false);
    }

    /**
     * The same.
     *
     * @param tolerant whether what is not known or not supported outside of the static resources is among what is ignored, instead of refused
     */
    public static BootstrapResources decode(
            Map<String, Object> json, FileSource files, String userAgentVersion, boolean tolerant) {
        List<String> ignored = new ArrayList<>();
        try {
            Map<String, Object> known = tolerant ? KnownFields.of(BOOTSTRAP, json, ignored) : json;
            return new BootstrapDecoder(files).decode(root(known), userAgentVersion, tolerant, ignored);
        } catch (StackOverflowError e) {
            throw new ConfigException("", ConfigException.reason(e));
        }
    }

    private static ProtoNode root(Map<String, Object> json) {
        return ProtoJsonReader.read(ProtoSchema.ENVOY.message(BOOTSTRAP), json, null, "");
    }

    /** The same file as Envoy's admin interface writes it: proto names, no defaults, no private keys, nothing unknown. */
    public static Map<String, Object> canonical(Map<String, Object> json) {
        return ProtoJsonWriter.write(root(KnownFields.of(BOOTSTRAP, json, new ArrayList<>())));
    }

    private BootstrapResources decode(ProtoNode root, String userAgentVersion, boolean tolerant, List<String> ignored) {
        for (String field : ENVOYS_OWN) {
            if (root.has(field)) {
                ignored.add(field);
            }
        }
        root.ignoring(ENVOYS_OWN);
        root.messages("bootstrap_extensions").forEach(extension -> checkExtension(extension, tolerant, ignored));
        XdsNode node = node(root.messageOrEmpty("node"), userAgentVersion);
        ProtoNode admin = root.message("admin");
        ProtoNode address = admin == null
                ? null
                : admin.ignoring(
                                "access_log",
                                "access_log_path",
                                "profile_path",
                                "socket_options",
                                "ignore_global_conn_limit")
                        .message("address");
        staticResources(root.messageOrEmpty("static_resources"));
        ControlPlane ads = ads(root.messageOrEmpty("dynamic_resources"));
        Map<String, ControlPlane> sds = sdsServers(root);
        InetSocketAddress adminAddress = address == null ? null : AddressDecoder.bindAddress(address);
        lookForUnread(root, tolerant, ignored);
        return new BootstrapResources(node, adminAddress, ads, sds, resources, ignored);
    }

    /**
     * Istio's bootstraps have the one for internal listeners; a listener that is internal is refused where it stands. The other is how Istio's own Envoy asks for
     * the metadata of peers that don't send it (PEER_METADATA_DISCOVERY): it decides no request.
     */
    private static void checkExtension(ProtoNode extension, boolean tolerant, List<String> ignored) {
        extension.ignoring("typed_config");
        String name = extension.text("name");
        if (name.equals("metadata_discovery") || (tolerant && !name.equals("envoy.bootstrap.internal_listener"))) {
            ignored.add("bootstrap_extensions " + name);
        } else if (!name.equals("envoy.bootstrap.internal_listener")) {
            throw extension.unsupported("name", name, "envoy.bootstrap.internal_listener, metadata_discovery");
        }
    }

    /** Static resources were looked through by their own decoder, which knows more of them. */
    private static void lookForUnread(ProtoNode root, boolean tolerant, List<String> ignored) {
        root.ignoring("static_resources");
        root.unread(unread -> {
            if (!tolerant) {
                throw new ConfigException(unread.path(), "not supported by this proxy (accepted: leave it out)");
            }
            ignored.add(unread.path());
        });
    }

    private static XdsNode node(ProtoNode node, String userAgentVersion) {
        node.ignoring(
                "user_agent_name",
                "user_agent_version",
                "user_agent_build_version",
                "extensions",
                "client_features",
                "listening_addresses",
                "dynamic_parameters");
        ProtoNode metadata = node.message("metadata");
        ProtoNode locality = node.messageOrEmpty("locality");
        return new XdsNode(
                node.text("id"),
                node.text("cluster"),
                metadata == null ? Map.of() : Structs.toMap(metadata),
                new Locality(locality.text("region"), locality.text("zone"), locality.text("sub_zone")),
                "lateen",
                userAgentVersion,
                List.of());
    }

    private void staticResources(ProtoNode node) {
        for (ProtoNode secret : node.messages("secrets")) {
            add(ResourceType.SECRET, secret);
        }
        for (ProtoNode cluster : node.messages("clusters")) {
            clusterNodes.put(cluster.text("name"), cluster);
            if (!ControlClusters.onUnixSocket(cluster)) {
                add(ResourceType.CLUSTER, cluster);
            }
        }
        for (ProtoNode listener : node.messages("listeners")) {
            add(ResourceType.LISTENER, listener);
        }
    }

    private void add(ResourceType type, ProtoNode node) {
        switch (decoder.decode(type, "", node)) {
            case Decoded.Accepted accepted -> resources.add(accepted);
            // Its reason already holds the path from the root of the file.
            case Decoded.Rejected rejected -> throw new ConfigException("", rejected.reason());
        }
    }

    private @Nullable ControlPlane ads(ProtoNode dynamic) {
        ProtoNode source = dynamic.message("ads_config");
        for (String field : new String[] {"lds_config", "cds_config"}) {
            if (dynamic.has(field)) {
                ConfigSourceDecoder.requireAds(dynamic.requiredMessage(field));
                if (source == null) {
                    throw dynamic.error(field, "ads without ads_config (accepted: ads_config beside it)");
                }
            }
        }
        if (source == null) {
            return null;
        }
        boolean delta = source.choice("api_type").equals("DELTA_GRPC");
        return controlPlane(source, "grpc_services", ConfigSourceDecoder.grpcCluster(source), delta, headers(source));
    }

    private static Map<String, String> headers(ProtoNode source) {
        Map<String, String> headers = new HashMap<>();
        for (ProtoNode header : source.messages("grpc_services").getFirst().messages("initial_metadata")) {
            headers.put(header.required("key"), header.text("value"));
        }
        return headers;
    }

    private ControlPlane controlPlane(
            ProtoNode at, String field, String cluster, boolean delta, Map<String, String> headers) {
        ProtoNode node = clusterNodes.get(cluster);
        if (node == null) {
            throw at.error(field, "cluster " + cluster + " is not there (accepted: one of static_resources.clusters)");
        }
        return ControlClusters.controlPlane(node, delta, headers, resources, scope);
    }

    /** SDS servers that static resources name, and {@code sds-grpc} for those that will come. */
    private Map<String, ControlPlane> sdsServers(ProtoNode root) {
        Set<String> sources = new HashSet<>();
        resources.forEach(resource -> resource.secrets().forEach(reference -> sources.add(reference.source())));
        sources.remove(SecretReference.ADS);
        sources.remove(SecretReference.STATIC);
        if (clusterNodes.containsKey(ControlPlane.AGENT)) {
            sources.add(ControlPlane.AGENT);
        }
        Map<String, ControlPlane> servers = new HashMap<>();
        for (String source : sources) {
            servers.put(source, controlPlane(root, "static_resources.clusters", source, false, Map.of()));
        }
        return servers;
    }
}
