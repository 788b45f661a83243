package dev.lateen.proxy.admin;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.decode.Received;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.snapshot.ConfigState;
import dev.lateen.proxy.xds.snapshot.ConfigState.Entry;
import dev.lateen.proxy.xds.snapshot.ConfigState.Failure;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.admin.v3.ConfigDump}: the bootstrap as it was written and every resource as it was sent, with its version, time and the last
 * rejection, in Envoy's sections. Private keys are {@code [redacted]}.
 */
public final class ConfigDump {
    private static final String ADMIN = "type.googleapis.com/envoy.admin.v3.";
    private static final String ASSIGNMENT = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
    private static final String REDACTED =
            Base64.getEncoder().encodeToString("[redacted]".getBytes(StandardCharsets.UTF_8));

    private final Map<String, Object> bootstrap;
    private final Map<?, ?> statics;
    private final String start;
    private final ConfigState state;
    private final Map<String, Secret> secrets;

    /**
     * @param bootstrap in canonical JSON, as far as there is one
     * @param start when it was read
     * @param secrets those in force
     */
    public ConfigDump(Map<String, Object> bootstrap, Instant start, ConfigState state, Map<String, Secret> secrets) {
        this.bootstrap = bootstrap;
        this.statics = bootstrap.get("static_resources") instanceof Map<?, ?> map ? map : Map.of();
        this.start = time(start);
        this.state = state;
        this.secrets = secrets;
    }

    /** The sections in Envoy's order. @param withEndpoints {@code include_eds} */
    List<Map<String, Object>> sections(boolean withEndpoints) {
        List<Map<String, Object>> sections = new ArrayList<>();
        Map<String, Object> boot = section("BootstrapConfigDump");
        boot.put("bootstrap", bootstrap);
        boot.put("last_updated", start);
        sections.add(boot);
        sections.add(clusters());
        if (withEndpoints) {
            sections.add(endpoints());
        }
        sections.add(listeners());
        sections.add(section("ScopedRoutesConfigDump"));
        sections.add(routes());
        sections.add(secrets());
        return sections;
    }

    private static Map<String, Object> section(String message) {
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("@type", ADMIN + message);
        return section;
    }

    private static void put(Map<String, Object> section, String field, List<?> values) {
        if (!values.isEmpty()) {
            section.put(field, values);
        }
    }

    private Map<String, Object> clusters() {
        Map<String, Object> section = section("ClustersConfigDump");
        put(section, "static_clusters", statics("clusters", "cluster", ResourceType.CLUSTER));
        put(
                section,
                "dynamic_active_clusters",
                dynamics(ResourceType.CLUSTER, Entry::active, (entry, at) -> withFailure(state("cluster", at), entry)));
        put(
                section,
                "dynamic_warming_clusters",
                dynamics(ResourceType.CLUSTER, Entry::warming, (entry, at) -> state("cluster", at)));
        return section;
    }

    private Map<String, Object> listeners() {
        Map<String, Object> section = section("ListenersConfigDump");
        put(section, "static_listeners", statics("listeners", "listener", ResourceType.LISTENER));
        put(section, "dynamic_listeners", new LazyList<>(state.of(ResourceType.LISTENER), ConfigDump::listener));
        return section;
    }

    private static Map<String, Object> listener(Entry entry) {
        Map<String, Object> listener = new LinkedHashMap<>();
        listener.put("name", entry.name());
        if (entry.active() != null) {
            listener.put("active_state", state("listener", entry.active()));
        }
        if (entry.warming() != null) {
            listener.put("warming_state", state("listener", entry.warming()));
        }
        return withFailure(listener, entry);
    }

    private Map<String, Object> routes() {
        Map<String, Object> section = section("RoutesConfigDump");
        List<Object> inline = new ArrayList<>();
        list(statics.get("listeners")).forEach(listener -> inlineRoutes(listener, start, inline));
        for (Entry entry : state.of(ResourceType.LISTENER)) {
            if (entry.active() != null) {
                inlineRoutes(entry.active().json(), time(entry.active().at()), inline);
            }
        }
        put(section, "static_route_configs", inline);
        put(
                section,
                "dynamic_route_configs",
                dynamics(
                        ResourceType.ROUTES,
                        Entry::active,
                        (entry, at) -> withFailure(state("route_config", at), entry)));
        return section;
    }

    /** Envoy counts route tables that stand in a listener as static. */
    private static void inlineRoutes(Object listener, String time, List<Object> into) {
        Map<?, ?> json = (Map<?, ?>) listener;
        List<Object> chains = new ArrayList<>(list(json.get("filter_chains")));
        if (json.get("default_filter_chain") instanceof Map<?, ?> last) {
            chains.add(last);
        }
        for (Object chain : chains) {
            for (Object filter : list(((Map<?, ?>) chain).get("filters"))) {
                if (((Map<?, ?>) filter).get("typed_config") instanceof Map<?, ?> config
                        && config.get("route_config") instanceof Map<?, ?> table) {
                    into.add(stamped("route_config", typed(ResourceType.ROUTES.typeUrl(), table), time));
                }
            }
        }
    }

    private Map<String, Object> endpoints() {
        Map<String, Object> section = section("EndpointsConfigDump");
        put(
                section,
                "static_endpoint_configs",
                list(statics.get("clusters")).stream()
                        .map(cluster -> ((Map<?, ?>) cluster).get("load_assignment"))
                        .filter(Map.class::isInstance)
                        .map(assignment -> Map.of("endpoint_config", typed(ASSIGNMENT, (Map<?, ?>) assignment)))
                        .toList());
        List<Entry> own = state.of(ResourceType.CLUSTER).stream()
                .filter(entry -> entry.active() != null && entry.active().json().get("load_assignment") instanceof Map)
                .toList();
        List<?> inline = new LazyList<>(own, ConfigDump::ownEndpoints);
        List<?> sent = dynamics(
                ResourceType.ENDPOINTS, Entry::active, (entry, at) -> withFailure(state("endpoint_config", at), entry));
        put(section, "dynamic_endpoint_configs", new JoinedList(inline, sent));
        return section;
    }

    private static Map<String, Object> ownEndpoints(Entry cluster) {
        Map<String, Object> json = Objects.requireNonNull(cluster.active()).json();
        return Map.of(
                "endpoint_config", typed(ASSIGNMENT, (Map<?, ?>) Objects.requireNonNull(json.get("load_assignment"))));
    }

    /** One list after the other, neither copied. */
    private static final class JoinedList extends AbstractList<Object> {
        private final List<?> first;
        private final List<?> second;

        JoinedList(List<?> first, List<?> second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public Object get(int index) {
            return index < first.size() ? first.get(index) : second.get(index - first.size());
        }

        @Override
        public int size() {
            return first.size() + second.size();
        }
    }

    private Map<String, Object> secrets() {
        Map<String, Object> section = section("SecretsConfigDump");
        Set<Object> fixed = list(statics.get("secrets")).stream()
                .map(secret -> ((Map<?, ?>) secret).get("name"))
                .collect(Collectors.toSet());
        Map<String, Entry> sent =
                state.of(ResourceType.SECRET).stream().collect(Collectors.toMap(Entry::name, entry -> entry));
        List<Object> standing = new ArrayList<>();
        List<Object> dynamic = new ArrayList<>();
        new TreeMap<>(secrets).forEach((name, secret) -> {
            Entry entry = sent.remove(name);
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("name", name);
            Received wire = entry == null ? null : entry.active();
            putVersion(json, wire);
            json.put("last_updated", wire == null ? start : time(wire.at()));
            json.put("secret", secret(secret));
            (fixed.contains(name) ? standing : dynamic).add(entry == null ? json : withFailure(json, entry));
        });
        put(section, "static_secrets", standing);
        put(section, "dynamic_active_secrets", dynamic);
        put(
                section,
                "dynamic_warming_secrets",
                sent.values().stream()
                        .map(entry -> withFailure(awaited(entry.name()), entry))
                        .toList());
        return section;
    }

    /** With an empty secret, as Envoy has it: istioctl reads no entry without. */
    private static Map<String, Object> awaited(String name) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("secret", Map.of("@type", ResourceType.SECRET.typeUrl(), "name", name));
        return json;
    }

    private static Map<String, Object> secret(Secret secret) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("@type", ResourceType.SECRET.typeUrl());
        json.put("name", secret.name());
        switch (secret) {
            case Secret.TlsCertificate certificate -> {
                Map<String, Object> content = new LinkedHashMap<>();
                content.put("certificate_chain", inline(certificate.certificateChainPem()));
                content.put("private_key", Map.of("inline_bytes", REDACTED));
                json.put("tls_certificate", content);
            }
            case Secret.ValidationContext context ->
                json.put("validation_context", Map.of("trusted_ca", inline(context.trustedCaPem())));
        }
        return json;
    }

    private static Map<String, Object> inline(String text) {
        return Map.of("inline_bytes", Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }

    private List<Object> statics(String field, String key, ResourceType type) {
        List<Object> all = new ArrayList<>();
        for (Object resource : list(statics.get(field))) {
            all.add(stamped(key, typed(type.typeUrl(), (Map<?, ?>) resource), start));
        }
        return all;
    }

    /** Made one by one while they are written: a big mesh's configuration has hundreds of megabytes as maps. */
    private List<?> dynamics(
            ResourceType type,
            Function<Entry, @Nullable Received> part,
            BiFunction<Entry, Received, Map<String, Object>> json) {
        List<Entry> having = state.of(type).stream()
                .filter(entry -> part.apply(entry) != null)
                .toList();
        return new LazyList<>(having, entry -> json.apply(entry, Objects.requireNonNull(part.apply(entry))));
    }

    private static Map<String, Object> state(String key, Received received) {
        Map<String, Object> json = new LinkedHashMap<>();
        putVersion(json, received);
        json.put(key, received.json());
        json.put("last_updated", time(received.at()));
        return json;
    }

    private static void putVersion(Map<String, Object> json, @Nullable Received received) {
        if (received != null && !received.version().isEmpty()) {
            json.put("version_info", received.version());
        }
    }

    private static Map<String, Object> withFailure(Map<String, Object> json, Entry entry) {
        Failure failure = entry.failure();
        if (failure != null) {
            Map<String, Object> error = new LinkedHashMap<>();
            error.put("last_update_attempt", time(failure.at()));
            error.put("details", failure.details());
            if (!failure.version().isEmpty()) {
                error.put("version_info", failure.version());
            }
            json.put("error_state", error);
        }
        return json;
    }

    private static Map<String, Object> stamped(String key, Map<String, Object> resource, String time) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(key, resource);
        json.put("last_updated", time);
        return json;
    }

    private static Map<String, Object> typed(String typeUrl, Map<?, ?> resource) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("@type", typeUrl);
        resource.forEach((key, value) -> json.put(String.valueOf(key), value));
        return json;
    }

    private static List<?> list(@Nullable Object json) {
        return json instanceof List<?> list ? list : List.of();
    }

    private static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
