package dev.lateen.istiod.translate.cluster;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.ConnectionPool;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.LoadBalancer;
import dev.lateen.api.networking.LocalityLbSetting;
import dev.lateen.api.networking.TrafficPolicy;
import dev.lateen.istiod.model.MergedRule;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServicePort;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.EffectivePolicy;
import dev.lateen.istiod.translate.view.LocalityChoice;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.RuntimeDouble;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.envoyproxy.envoy.type.v3.Percent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Puts connection pools, outlier detection and load balancing of a DestinationRule into a cluster. */
final class ClusterPolicy {
    private static final String HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    private static final long UNLIMITED = 0xffff_ffffL;
    private final MeshConfig mesh;

    ClusterPolicy(MeshConfig mesh) {
        this.mesh = mesh;
    }

    /** Limits that are none unless said otherwise; Envoy's own defaults are too low for a mesh. */
    static CircuitBreakers noLimits() {
        return CircuitBreakers.newBuilder().addThresholds(unlimited()).build();
    }

    private static CircuitBreakers.Thresholds.Builder unlimited() {
        return CircuitBreakers.Thresholds.newBuilder()
                .setMaxConnections(Protos.u32(UNLIMITED))
                .setMaxPendingRequests(Protos.u32(UNLIMITED))
                .setMaxRequests(Protos.u32(UNLIMITED))
                .setMaxRetries(Protos.u32(UNLIMITED));
    }

    /** Whether an upstream port is spoken to in HTTP/2. */
    boolean http2(@Nullable ServicePort port, @Nullable ConnectionPool pool) {
        if (port != null && port.protocol().isHttp2()) {
            return true;
        }
        ConnectionPool.Http http = pool == null ? null : pool.http();
        if (http != null) {
            if (http.useClientProtocol()) {
                return false;
            }
            switch (http.h2UpgradePolicy()) {
                case UPGRADE -> {
                    return true;
                }
                case DO_NOT_UPGRADE -> {
                    return false;
                }
                case DEFAULT -> {}
            }
        }
        return port != null
                && port.protocol().isHttp()
                && mesh.outbound().h2UpgradePolicy() == MeshConfig.H2Upgrade.UPGRADE;
    }

    /** What a DestinationRule says of a port, over the mesh's baseline. */
    EffectivePolicy effective(@Nullable MergedRule rule, DestinationRule.@Nullable Subset subset, int port) {
        return EffectivePolicy.of(mesh.outbound().defaultTrafficPolicy(), rule, subset, port);
    }

    /** The mesh's limits for calls to hosts that nothing declares. */
    void baseline(Cluster.Builder cluster) {
        MeshConfig.DefaultTrafficPolicy baseline = mesh.outbound().defaultTrafficPolicy();
        if (baseline != null && baseline.connectionPool() != null) {
            connectionPool(cluster, baseline.connectionPool(), null);
        }
    }

    void connectionPool(
            Cluster.Builder cluster, @Nullable ConnectionPool pool, TrafficPolicy.@Nullable RetryBudget budget) {
        ConnectionPool.Tcp tcp = pool == null ? null : pool.tcp();
        ConnectionPool.Http http = pool == null ? null : pool.http();
        Duration ownTimeout = tcp == null ? null : tcp.connectTimeout();
        cluster.setConnectTimeout(
                Protos.duration(ownTimeout == null ? mesh.outbound().connectTimeout() : ownTimeout));
        CircuitBreakers.Thresholds.Builder limits = unlimited();
        if (tcp != null && tcp.maxConnections() > 0) {
            limits.setMaxConnections(Protos.u32(tcp.maxConnections()));
        }
        if (http != null) {
            httpLimits(limits, http);
        }
        if (budget != null) {
            limits.setRetryBudget(CircuitBreakers.Thresholds.RetryBudget.newBuilder()
                    .setBudgetPercent(Percent.newBuilder().setValue(budget.percent() == null ? 20 : budget.percent()))
                    .setMinRetryConcurrency(
                            Protos.u32(budget.minRetryConcurrency() == 0 ? 3 : budget.minRetryConcurrency())));
        }
        cluster.setCircuitBreakers(CircuitBreakers.newBuilder().addThresholds(limits));
        keepalive(
                cluster,
                tcp == null || tcp.tcpKeepalive() == null ? mesh.outbound().tcpKeepalive() : tcp.tcpKeepalive());
    }

    private static void httpLimits(CircuitBreakers.Thresholds.Builder limits, ConnectionPool.Http http) {
        if (http.http2MaxRequests() > 0) {
            limits.setMaxRequests(Protos.u32(http.http2MaxRequests()));
        }
        if (http.http1MaxPendingRequests() > 0) {
            limits.setMaxPendingRequests(Protos.u32(http.http1MaxPendingRequests()));
        }
        if (http.maxRetries() > 0) {
            limits.setMaxRetries(Protos.u32(http.maxRetries()));
        }
    }

    private static void keepalive(Cluster.Builder cluster, ConnectionPool.@Nullable Keepalive keepalive) {
        if (keepalive == null) {
            return;
        }
        TcpKeepalive.Builder options = TcpKeepalive.newBuilder();
        if (keepalive.probes() > 0) {
            options.setKeepaliveProbes(Protos.u32(keepalive.probes()));
        }
        if (keepalive.time() != null) {
            options.setKeepaliveTime(Protos.u32(keepalive.time().toSeconds()));
        }
        if (keepalive.interval() != null) {
            options.setKeepaliveInterval(Protos.u32(keepalive.interval().toSeconds()));
        }
        cluster.setUpstreamConnectionOptions(
                UpstreamConnectionOptions.newBuilder().setTcpKeepalive(options));
    }

    /** The protocol of upstream connections and how long they live; nothing is said where Envoy's defaults hold. */
    void httpOptions(
            Cluster.Builder cluster,
            @Nullable ServicePort port,
            @Nullable ConnectionPool pool,
            boolean http2,
            boolean autoSni,
            boolean autoSan) {
        HttpProtocolOptions.Builder common = HttpProtocolOptions.newBuilder();
        boolean said = commonOptions(common, pool);
        boolean followsClient =
                pool != null && pool.http() != null && pool.http().useClientProtocol();
        boolean detects = port != null && port.protocol().isAuto();
        if (!said && !http2 && !followsClient && !detects && !autoSni && !autoSan) {
            return;
        }
        var options = io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.newBuilder();
        if (said) {
            options.setCommonHttpProtocolOptions(common);
        }
        if (autoSni || autoSan) {
            options.setUpstreamHttpProtocolOptions(
                    io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions.newBuilder()
                            .setAutoSni(autoSni)
                            .setAutoSanValidation(autoSan));
        }
        Http2ProtocolOptions.Builder h2 = Http2ProtocolOptions.newBuilder();
        if (pool != null && pool.http() != null && pool.http().maxConcurrentStreams() > 0) {
            h2.setMaxConcurrentStreams(Protos.u32(pool.http().maxConcurrentStreams()));
        }
        keepalive(h2, pool == null || pool.http() == null ? null : pool.http().http2KeepAlive());
        if (http2) {
            options.getExplicitHttpConfigBuilder().setHttp2ProtocolOptions(h2);
        } else if (followsClient || detects) {
            options.getUseDownstreamProtocolConfigBuilder()
                    .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance())
                    .setHttp2ProtocolOptions(h2);
        } else {
            options.getExplicitHttpConfigBuilder().setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance());
        }
        cluster.putTypedExtensionProtocolOptions(HTTP_OPTIONS, Protos.any(options.build()));
    }

    private static void keepalive(
            Http2ProtocolOptions.Builder options, ConnectionPool.@Nullable Http2KeepAlive keepalive) {
        if (keepalive != null && keepalive.interval() != null && keepalive.timeout() != null) {
            options.setConnectionKeepalive(KeepaliveSettings.newBuilder()
                    .setInterval(Protos.duration(keepalive.interval()))
                    .setTimeout(Protos.duration(keepalive.timeout())));
        }
    }

    /** What unknown upstreams get: the protocol that the client speaks. */
    static void asTheClient(Cluster.Builder cluster) {
        var options = io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.newBuilder();
        options.getCommonHttpProtocolOptionsBuilder().setIdleTimeout(Protos.seconds(300));
        options.getUseDownstreamProtocolConfigBuilder()
                .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance())
                .setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance());
        cluster.putTypedExtensionProtocolOptions(HTTP_OPTIONS, Protos.any(options.build()));
    }

    private static boolean commonOptions(HttpProtocolOptions.Builder common, @Nullable ConnectionPool pool) {
        ConnectionPool.Tcp tcp = pool == null ? null : pool.tcp();
        ConnectionPool.Http http = pool == null ? null : pool.http();
        java.time.Duration idle = http == null ? null : http.idleTimeout();
        if (idle == null && tcp != null) {
            idle = tcp.idleTimeout();
        }
        boolean said = false;
        if (idle != null) {
            common.setIdleTimeout(Protos.duration(idle));
            said = true;
        }
        if (http != null && http.maxRequestsPerConnection() > 0) {
            common.setMaxRequestsPerConnection(Protos.u32(http.maxRequestsPerConnection()));
            said = true;
        }
        if (tcp != null && tcp.maxConnectionDuration() != null) {
            common.setMaxConnectionDuration(Protos.duration(tcp.maxConnectionDuration()));
            said = true;
        }
        return said;
    }

    void outlierDetection(Cluster.Builder cluster, TrafficPolicy.@Nullable OutlierDetection outlier) {
        if (outlier == null) {
            return;
        }
        OutlierDetection.Builder out = OutlierDetection.newBuilder()
                .setEnforcingSuccessRate(Protos.u32(0))
                .setInterval(Protos.duration(outlier.interval()))
                .setBaseEjectionTime(Protos.duration(outlier.baseEjectionTime()));
        if (outlier.consecutive5xxErrors() != null) {
            out.setConsecutive5Xx(Protos.u32(outlier.consecutive5xxErrors()))
                    .setEnforcingConsecutive5Xx(Protos.u32(outlier.consecutive5xxErrors() > 0 ? 100 : 0));
        }
        if (outlier.consecutiveGatewayErrors() != null) {
            out.setConsecutiveGatewayFailure(Protos.u32(outlier.consecutiveGatewayErrors()))
                    .setEnforcingConsecutiveGatewayFailure(
                            Protos.u32(outlier.consecutiveGatewayErrors() > 0 ? 100 : 0));
        }
        if (outlier.maxEjectionPercent() > 0) {
            out.setMaxEjectionPercent(Protos.u32(outlier.maxEjectionPercent()));
        }
        if (outlier.splitExternalLocalOriginErrors()) {
            out.setSplitExternalLocalOriginErrors(true).setEnforcingLocalOriginSuccessRate(Protos.u32(0));
            if (outlier.consecutiveLocalOriginFailures() != null && outlier.consecutiveLocalOriginFailures() > 0) {
                out.setConsecutiveLocalOriginFailure(Protos.u32(outlier.consecutiveLocalOriginFailures()))
                        .setEnforcingConsecutiveLocalOriginFailure(Protos.u32(100));
            }
        }
        cluster.setOutlierDetection(out);
        cluster.getCommonLbConfigBuilder()
                .setHealthyPanicThreshold(Percent.newBuilder().setValue(outlier.minHealthPercent()));
    }

    void loadBalancer(Cluster.Builder cluster, Service service, EffectivePolicy policy) {
        if (!cluster.getCommonLbConfigBuilder().hasHealthyPanicThreshold()) {
            // Istio's since 1.31: hosts that are known to be bad are not called, not even when most are.
            cluster.getCommonLbConfigBuilder().setHealthyPanicThreshold(Percent.getDefaultInstance());
        }
        LoadBalancer balancer = policy.loadBalancer();
        LocalityChoice choice = LocalityChoice.of(mesh, service, policy);
        LocalityLbSetting locality = choice.setting();
        if (locality != null) {
            boolean failsOver = choice.failsOver()
                    && !(locality.failover().isEmpty()
                            && locality.failoverPriority().isEmpty());
            if (failsOver || !locality.distribute().isEmpty()) {
                cluster.getCommonLbConfigBuilder()
                        .setLocalityWeightedLbConfig(
                                Cluster.CommonLbConfig.LocalityWeightedLbConfig.getDefaultInstance());
            }
        }
        if (cluster.getType() == Cluster.DiscoveryType.ORIGINAL_DST || cluster.hasClusterType()) {
            cluster.setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED);
            return;
        }
        if (balancer != null && balancer.consistentHash() != null) {
            consistentHash(cluster, balancer.consistentHash());
            return;
        }
        LoadBalancer.Simple simple =
                balancer == null || balancer.simple() == null ? LoadBalancer.Simple.UNSPECIFIED : balancer.simple();
        switch (simple) {
            case RANDOM -> cluster.setLbPolicy(Cluster.LbPolicy.RANDOM);
            case PASSTHROUGH ->
                cluster.setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)
                        .setType(Cluster.DiscoveryType.ORIGINAL_DST)
                        .clearEdsClusterConfig()
                        .clearLoadAssignment();
            case ROUND_ROBIN -> {
                cluster.setLbPolicy(Cluster.LbPolicy.ROUND_ROBIN);
                Cluster.SlowStartConfig slow = slowStart(balancer);
                if (slow != null) {
                    cluster.setRoundRobinLbConfig(
                            Cluster.RoundRobinLbConfig.newBuilder().setSlowStartConfig(slow));
                }
            }
            case UNSPECIFIED, LEAST_CONN, LEAST_REQUEST -> {
                cluster.setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST);
                Cluster.SlowStartConfig slow = slowStart(balancer);
                if (slow != null) {
                    cluster.setLeastRequestLbConfig(
                            Cluster.LeastRequestLbConfig.newBuilder().setSlowStartConfig(slow));
                }
            }
        }
    }

    private static Cluster.@Nullable SlowStartConfig slowStart(@Nullable LoadBalancer balancer) {
        if (balancer == null) {
            return null;
        }
        LoadBalancer.Warmup warmup = balancer.warmup();
        if (warmup != null) {
            // Envoy wants a runtime key beside the value; this one can't be set.
            return Cluster.SlowStartConfig.newBuilder()
                    .setSlowStartWindow(Protos.duration(warmup.duration()))
                    .setAggression(RuntimeDouble.newBuilder()
                            .setDefaultValue(warmup.aggression() == null ? 1 : warmup.aggression())
                            .setRuntimeKey("("))
                    .setMinWeightPercent(Percent.newBuilder()
                            .setValue(warmup.minimumPercent() == null ? 10 : warmup.minimumPercent()))
                    .build();
        }
        return balancer.warmupDurationSecs() == null
                ? null
                : Cluster.SlowStartConfig.newBuilder()
                        .setSlowStartWindow(Protos.duration(balancer.warmupDurationSecs()))
                        .build();
    }

    private static void consistentHash(Cluster.Builder cluster, LoadBalancer.ConsistentHash hash) {
        if (hash.maglev() != null) {
            cluster.setLbPolicy(Cluster.LbPolicy.MAGLEV);
            if (hash.maglev().tableSize() > 0) {
                cluster.setMaglevLbConfig(Cluster.MaglevLbConfig.newBuilder()
                        .setTableSize(
                                com.google.protobuf.UInt64Value.of(hash.maglev().tableSize())));
            }
            return;
        }
        long size = hash.ringHash() != null ? hash.ringHash().minimumRingSize() : hash.minimumRingSize();
        cluster.setLbPolicy(Cluster.LbPolicy.RING_HASH)
                .setRingHashLbConfig(Cluster.RingHashLbConfig.newBuilder()
                        .setMinimumRingSize(com.google.protobuf.UInt64Value.of(size == 0 ? 1024 : size)));
    }
}
