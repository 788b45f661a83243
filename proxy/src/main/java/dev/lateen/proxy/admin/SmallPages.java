package dev.lateen.proxy.admin;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;

/** Pages of a few lines: {@code /memory}, {@code /runtime}, {@code /init_dump}, {@code /help}. */
final class SmallPages {
    static final String HELP = """
        admin commands are:
          /: this list
          /certs: print certs on machine
          /clusters: upstream cluster status (params: filter, format=json)
          /config_gaps: what of the configuration in force this proxy can't build, and what becomes of it
          /config_dump: dump current configs (params: include_eds, resource, mask, name_regex)
          /contention: nothing is traced here
          /drain_listeners (POST): drain listeners (params: inboundonly, graceful, skip_exit)
          /healthcheck/fail (POST): cause the server to fail health checks
          /healthcheck/ok (POST): cause the server to pass health checks
          /help: print out list of admin commands
          /hot_restart_version: print the hot restart compatibility version
          /init_dump: what listeners and clusters wait for
          /listeners: print listener info (params: format=json)
          /logging (POST): query/change logging levels (params: level, paths, or LOGGER=LEVEL)
          /memory: print current allocation/heap usage
          /quitquitquit (POST): exit the server
          /ready: print server state, return 200 if LIVE, otherwise return 503
          /reopen_logs (POST): reopen access logs
          /reset_counters (POST): reset all counters to zero
          /runtime: print runtime values
          /server_info: print server version/status information
          /stats: print server stats (params: filter, usedonly, type, format=(text|json|prometheus))
          /stats/prometheus: print server stats in prometheus format (params: filter, usedonly)
        """;

    private static final int MOST_REASONS = 20;

    private SmallPages() {}

    /** {@code envoy.admin.v3.Memory}, as far as a JVM has the like. */
    static String memory() {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        MemoryUsage other = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
        return new JsonObject()
                .put("allocated", String.valueOf(heap.getUsed()))
                .put("heap_size", String.valueOf(heap.getCommitted()))
                .put("pageheap_unmapped", String.valueOf(Math.max(0, heap.getMax() - heap.getCommitted())))
                .put("pageheap_free", String.valueOf(heap.getCommitted() - heap.getUsed()))
                .put("total_thread_cache", "0")
                .put("total_physical_bytes", String.valueOf(heap.getCommitted() + other.getCommitted()))
                .encodePrettily();
    }

    /** There is no runtime to set; Envoy's answer where nothing is set. */
    static String runtime() {
        return new JsonObject()
                .put("entries", new JsonObject())
                .put("layers", new JsonArray())
                .encodePrettily();
    }

    /** Envoy's word, and under it why, as far as the configuration is the reason. */
    static String unready(AdminSource source, AdminSource.State state) {
        StringBuilder text = new StringBuilder(state.name());
        if (state != AdminSource.State.DRAINING) {
            source.waiting().stream()
                    .limit(MOST_REASONS)
                    .forEach(reason -> text.append('\n').append(reason));
        }
        return text.toString();
    }

    /** What can't be built of the configuration in force. */
    static String gaps(AdminSource source) {
        JsonArray gaps = new JsonArray();
        source.snapshot()
                .gaps()
                .forEach(gap -> gaps.add(new JsonObject()
                        .put("effect", gap.effect().name())
                        .put("resource", gap.resource())
                        .put("path", gap.path())
                        .put("name", gap.what())
                        .put("reason", gap.reason())
                        .put("text", gap.toString())));
        return gaps.encodePrettily();
    }

    /** {@code envoy.admin.v3.UnreadyTargetsDumps}. */
    static String initDump(AdminSource source) {
        if (source.waiting().isEmpty()) {
            return "{}";
        }
        return new JsonObject()
                .put(
                        "unready_targets_dumps",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("name", "init manager Server")
                                        .put("target_names", new JsonArray(source.waiting()))))
                .encodePrettily();
    }
}
