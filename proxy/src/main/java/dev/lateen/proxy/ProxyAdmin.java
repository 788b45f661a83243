package dev.lateen.proxy;

import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.admin.AdminServer;
import dev.lateen.proxy.admin.AdminSource;
import dev.lateen.proxy.admin.ConfigChanges;
import dev.lateen.proxy.admin.ConfigDump;
import dev.lateen.proxy.admin.ConfigDumpQuery;
import dev.lateen.proxy.admin.Page;
import dev.lateen.proxy.admin.ServerStats;
import dev.lateen.proxy.admin.StatsConfig;
import dev.lateen.proxy.agent.AgentSource;
import dev.lateen.proxy.dns.DnsServer;
import dev.lateen.proxy.listener.ListenerStatus;
import dev.lateen.proxy.model.NameTable;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.telemetry.Stat;
import dev.lateen.proxy.xds.UpdateCounts;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.ResourceType;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the admin interface tells of a proxy. */
final class ProxyAdmin implements AdminSource, ServerStats.Readings {
    private final Proxy proxy;
    private final DataPath dataPath;
    private final ProxyBootstrap bootstrap;
    private final Instant startTime;
    private volatile boolean failing;
    private volatile @Nullable StatsConfig statsConfig;

    ProxyAdmin(Proxy proxy, DataPath dataPath, ProxyBootstrap bootstrap, Instant startTime) {
        this.proxy = proxy;
        this.dataPath = dataPath;
        this.bootstrap = bootstrap;
        this.startTime = startTime;
    }

    @Override
    public ProxySnapshot snapshot() {
        return dataPath.active();
    }

    @Override
    public State state() {
        return failing ? State.DRAINING : proxy.state();
    }

    @Override
    public Map<String, List<String>> boundListeners() {
        Map<String, List<String>> bound = new HashMap<>();
        for (ListenerStatus status : dataPath.listeners().status()) {
            if (status.state() != ListenerStatus.State.FAILED) {
                String ip = status.address().getAddress().getHostAddress();
                String address = (ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip) + ":"
                        + status.address().getPort();
                bound.computeIfAbsent(status.name(), _ -> new ArrayList<>()).add(address);
            }
        }
        return bound;
    }

    @Override
    public Future<Page> configDump(Map<String, String> query) {
        ConfigDumpQuery asked = new ConfigDumpQuery(query);
        return proxy.configState()
                .compose(state -> proxy.work(() -> {
                    ConfigDump dump = new ConfigDump(
                            document(), startTime, state, dataPath.active().secrets());
                    return Page.json(asked.answer(dump));
                }));
    }

    /** The node is the proxy's own even where no file tells of it. */
    private Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("node", node());
        bootstrap.document().get().forEach(document::putIfAbsent);
        return document;
    }

    @Override
    public String nodeJson() {
        return new JsonObject(node()).encode();
    }

    @Override
    public Map<String, Object> commandLineOptions() {
        int loops = bootstrap.concurrency();
        return Map.of(
                "concurrency",
                loops == 0 ? Runtime.getRuntime().availableProcessors() : loops,
                "drain_time",
                bootstrap.drain().ofListeners().toSeconds() + "s",
                // Connections that are to leave are told so at once.
                "drain_strategy",
                "Immediate",
                "mode",
                "Serve",
                "disable_hot_restart",
                true);
    }

    private Map<String, Object> node() {
        XdsNode node = bootstrap.node();
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("id", node.id());
        told.put("cluster", node.cluster());
        told.put("metadata", new TreeMap<>(node.metadata()));
        told.put(
                "locality",
                Map.of(
                        "region", node.locality().region(),
                        "zone", node.locality().zone(),
                        "sub_zone", node.locality().subZone()));
        told.put("user_agent_name", node.userAgentName());
        return told;
    }

    @Override
    public void metrics(MetricsText out) throws IOException {
        dataPath.telemetry().write(out);
    }

    @Override
    public MetricsSource platform() {
        DnsServer dns = dataPath.dns();
        return dns == null ? proxy.platform() : proxy.platform().and(dns.metrics());
    }

    @Override
    public List<Stat> stats() {
        return new ServerStats(this).read();
    }

    @Override
    public State serverState() {
        return proxy.state();
    }

    @Override
    public int concurrency() {
        return dataPath.concurrency();
    }

    @Override
    public long openConnections() {
        return dataPath.listeners().openConnections();
    }

    @Override
    public ConfigChanges changes() {
        return dataPath.changes();
    }

    @Override
    public long warming(String word) {
        return proxy.waiting().stream().filter(text -> text.startsWith(word)).count();
    }

    @Override
    public Map<ResourceType, UpdateCounts> updates() {
        return proxy.updates();
    }

    @Override
    public boolean connectedToControlPlane() {
        return proxy.connectedToControlPlane();
    }

    @Override
    public long rejectedResources() {
        return proxy.rejectedResources();
    }

    @Override
    public Map<String, Long> filterCounters() {
        return dataPath.filterCounters().snapshot();
    }

    @Override
    public List<Stat> counted() {
        return dataPath.telemetry().stats();
    }

    @Override
    public boolean keepsStat(String name) {
        return statsConfig().keeps(name);
    }

    @Override
    public boolean istioLabels() {
        return statsConfig().istioLabels();
    }

    private StatsConfig statsConfig() {
        StatsConfig known = statsConfig;
        if (known == null) {
            known = StatsConfig.of(bootstrap.document().get());
            statsConfig = known;
        }
        return known;
    }

    @Override
    public long uptimeMillis() {
        return proxy.uptimeMillis();
    }

    @Override
    public boolean isStaticCluster(String name) {
        return bootstrap.resources().stream()
                .anyMatch(resource -> resource.resource() instanceof Decoded.Resource.OfCluster(var cluster)
                        && cluster.name().equals(name));
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public List<String> waiting() {
        return proxy.holdUps();
    }

    @Override
    public void drainListeners(boolean inboundOnly) {
        proxy.drainListeners(inboundOnly);
    }

    @Override
    public void failHealthChecks(boolean fail) {
        failing = fail;
    }

    @Override
    public void reopenLogs() {
        dataPath.telemetry().reopenLogs();
    }

    @Override
    public void quit() {
        proxy.quit();
    }

    /** What the agent's port tells and does. @param onLeave run when it was asked to drain */
    AgentSource agent(AdminServer pages, Runnable onLeave) {
        return new AgentSource() {
            @Override
            public boolean isReady() {
                return proxy.state() == State.LIVE;
            }

            @Override
            public Page metrics(Map<String, String> query) {
                Page own = pages.prometheus(query);
                return out -> {
                    own.write(out);
                    proxy.agentMetrics().write(new MetricsText(out));
                };
            }

            @Override
            public @Nullable Page names() {
                DnsServer dns = dataPath.dns();
                NameTable table = dns == null ? null : dns.table();
                return table == null ? null : Page.json(Map.of("table", hosts(table)));
            }

            @Override
            public void drain() {
                proxy.leave();
                onLeave.run();
            }

            @Override
            public void quit() {
                proxy.quit();
            }
        };
    }

    private static Map<String, Object> hosts(NameTable table) {
        Map<String, Object> hosts = new TreeMap<>();
        table.hosts().forEach((host, told) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("ips", told.addresses());
            entry.put("registry", told.registry());
            if (!told.shortName().isEmpty()) {
                entry.put("shortname", told.shortName());
                entry.put("namespace", told.namespace());
            }
            hosts.put(host, entry);
        });
        return hosts;
    }
}
