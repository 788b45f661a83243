package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Cluster.LbSettings;
import dev.lateen.proxy.model.Cluster.SlowStart;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code Cluster.lb_policy} with its settings, or {@code load_balancing_policy} as an extension. */
record LbPolicyDecoder(LbPolicy policy, LbSettings settings) {
    private static final String LB = "envoy.extensions.load_balancing_policies.";
    private static final int CHOICES = 2;
    private static final long RING_SIZE = 1024;
    private static final long MAGLEV_SIZE = 65537;
    private static final double PANIC = 50;
    private static final double LINEAR = 1;
    private static final double MINIMUM = 0.1;

    static LbPolicyDecoder of(ProtoNode cluster) {
        ProtoNode common = cluster.messageOrEmpty("common_lb_config");
        common.ignoring(
                "zone_aware_lb_config",
                "update_merge_window",
                "ignore_new_hosts_until_first_hc",
                "close_connections_on_host_set_change",
                "consistent_hashing_lb_config",
                "override_host_status");
        ProtoNode panic = common.message("healthy_panic_threshold");
        double threshold = panic == null ? PANIC : panic.decimal("value");
        boolean weighted = common.has("locality_weighted_lb_config");
        ProtoNode extension = cluster.message("load_balancing_policy");
        return extension == null
                ? older(cluster, threshold, weighted)
                : extension(extension, threshold, weighted, cluster);
    }

    private static LbPolicyDecoder older(ProtoNode cluster, double panic, boolean weighted) {
        ProtoNode least = cluster.messageOrEmpty("least_request_lb_config").ignoring("active_request_bias");
        ProtoNode ring = cluster.messageOrEmpty("ring_hash_lb_config").ignoring("maximum_ring_size", "hash_function");
        ProtoNode turns = cluster.messageOrEmpty("round_robin_lb_config");
        LbPolicy policy = switch (cluster.choice("lb_policy")) {
            case "ROUND_ROBIN" -> LbPolicy.ROUND_ROBIN;
            case "LEAST_REQUEST" -> LbPolicy.LEAST_REQUEST;
            case "RANDOM" -> LbPolicy.RANDOM;
            case "RING_HASH" -> LbPolicy.RING_HASH;
            case "MAGLEV" -> LbPolicy.MAGLEV;
            case "CLUSTER_PROVIDED" -> LbPolicy.CLUSTER_PROVIDED;
            default ->
                throw cluster.unsupported(
                        "lb_policy",
                        cluster.choice("lb_policy"),
                        "ROUND_ROBIN, LEAST_REQUEST, RANDOM, RING_HASH, MAGLEV, CLUSTER_PROVIDED");
        };
        SlowStart ofTurns = slowStart(turns);
        SlowStart ofLeast = slowStart(least);
        LbSettings settings = new LbSettings(
                Math.clamp(least.wrapped("choice_count", CHOICES), 2, 1000),
                ring.wrapped("minimum_ring_size", RING_SIZE),
                cluster.messageOrEmpty("maglev_lb_config").wrapped("table_size", MAGLEV_SIZE),
                panic,
                weighted,
                switch (policy) {
                    case ROUND_ROBIN -> ofTurns;
                    case LEAST_REQUEST -> ofLeast;
                    case RANDOM, RING_HASH, MAGLEV, CLUSTER_PROVIDED -> null;
                });
        return new LbPolicyDecoder(policy, settings);
    }

    /** Of both the older messages and the extensions, whose fields are the same. @return null without a window */
    private static @Nullable SlowStart slowStart(ProtoNode settings) {
        ProtoNode node = settings.message("slow_start_config");
        if (node == null) {
            return null;
        }
        Duration window = node.duration("slow_start_window", Duration.ZERO);
        ProtoNode aggression = node.message("aggression");
        double power =
                aggression == null ? LINEAR : aggression.ignoring("runtime_key").decimal("default_value");
        ProtoNode minimum = node.message("min_weight_percent");
        double least = minimum == null ? MINIMUM : DataSources.percentMillionths(minimum) / 1e6;
        // An aggression that is none is linear, as in Envoy, which finds out when it computes a weight.
        return window.toMillis() <= 0 ? null : new SlowStart(window, power > 0 ? power : LINEAR, least);
    }

    /** The first policy of the list that is known, as Envoy chooses. */
    private static LbPolicyDecoder extension(ProtoNode list, double panic, boolean weighted, ProtoNode cluster) {
        cluster.ignoring("lb_policy");
        for (ProtoNode entry : list.messages("policies")) {
            ProtoNode any = entry.requiredMessage("typed_extension_config")
                    .ignoring("name")
                    .requiredMessage("typed_config");
            LbPolicyDecoder found = one(any, panic, weighted);
            if (found != null) {
                return found;
            }
        }
        throw list.error(
                "policies",
                "none is known (accepted: round_robin, least_request, random, ring_hash, maglev, cluster_provided,"
                        + " wrr_locality)");
    }

    private static @Nullable LbPolicyDecoder one(ProtoNode any, double panic, boolean weighted) {
        String type = any.anyType();
        if (type.equals(LB + "wrr_locality.v3.WrrLocality")) {
            ProtoNode inner = any.unpack().requiredMessage("endpoint_picking_policy");
            for (ProtoNode entry : inner.messages("policies")) {
                LbPolicyDecoder found = one(
                        entry.requiredMessage("typed_extension_config")
                                .ignoring("name")
                                .requiredMessage("typed_config"),
                        panic,
                        true);
                if (found != null) {
                    return found;
                }
            }
            return null;
        }
        LbSettings plain = new LbSettings(CHOICES, RING_SIZE, MAGLEV_SIZE, panic, weighted);
        return switch (type) {
            case LB + "round_robin.v3.RoundRobin" ->
                new LbPolicyDecoder(
                        LbPolicy.ROUND_ROBIN,
                        new LbSettings(CHOICES, RING_SIZE, MAGLEV_SIZE, panic, weighted, slowStart(any.unpack())));
            case LB + "random.v3.Random" -> new LbPolicyDecoder(LbPolicy.RANDOM, plain);
            case LB + "cluster_provided.v3.ClusterProvided" -> new LbPolicyDecoder(LbPolicy.CLUSTER_PROVIDED, plain);
            case LB + "least_request.v3.LeastRequest" -> leastRequest(any.unpack(), panic, weighted);
            case LB + "ring_hash.v3.RingHash" ->
                new LbPolicyDecoder(
                        LbPolicy.RING_HASH,
                        new LbSettings(
                                CHOICES,
                                any.unpack().wrapped("minimum_ring_size", RING_SIZE),
                                MAGLEV_SIZE,
                                panic,
                                weighted));
            case LB + "maglev.v3.Maglev" ->
                new LbPolicyDecoder(
                        LbPolicy.MAGLEV,
                        new LbSettings(
                                CHOICES, RING_SIZE, any.unpack().wrapped("table_size", MAGLEV_SIZE), panic, weighted));
            default -> null;
        };
    }

    private static LbPolicyDecoder leastRequest(ProtoNode node, double panic, boolean weighted) {
        return new LbPolicyDecoder(
                LbPolicy.LEAST_REQUEST,
                new LbSettings(
                        Math.clamp(node.wrapped("choice_count", CHOICES), 2, 1000),
                        RING_SIZE,
                        MAGLEV_SIZE,
                        panic,
                        weighted,
                        slowStart(node)));
    }
}
