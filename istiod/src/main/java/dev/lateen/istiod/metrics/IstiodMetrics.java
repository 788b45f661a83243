package dev.lateen.istiod.metrics;

import dev.lateen.api.identity.SpiffeId;
import dev.lateen.api.metrics.MetricsText;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.ca.CaEvents;
import dev.lateen.istiod.ca.RefusedException;
import dev.lateen.istiod.config.ConfigEvents;
import dev.lateen.istiod.discovery.DiscoveryEvents;
import dev.lateen.istiod.input.ConfigChange;
import dev.lateen.istiod.model.ProxyNode;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** Istio's metrics of a control plane, by Istio's names and types (pilot/pkg/xds/monitoring.go, security/pkg/server/ca/monitoring.go). */
public final class IstiodMetrics implements DiscoveryEvents, CaEvents, ConfigEvents {
    private final MetricsPage page = new MetricsPage();
    private final MetricsPage.Counter pushes =
            page.counter("pilot_xds_pushes", "Responses that were sent, by type.", "type");
    private final MetricsPage.Counter rejects = page.counter(
            "pilot_total_xds_rejects", "Total number of XDS responses from pilot rejected by proxy.", "type");
    /** Istio keeps these beside the total, for dashboards that are older than it. */
    private final Map<String, MetricsPage.Counter> rejectsOfNodes = Map.of(
            TypeUrls.CLUSTER, rejectsOf("cds", "Pilot rejected CDS configs."),
            TypeUrls.ENDPOINT, rejectsOf("eds", "Pilot rejected EDS."),
            TypeUrls.LISTENER, rejectsOf("lds", "Pilot rejected LDS."),
            TypeUrls.ROUTE, rejectsOf("rds", "Pilot rejected RDS."));

    private final MetricsPage.Counter expired =
            page.counter("pilot_xds_expired_nonce", "Total number of XDS requests with an expired nonce.", "type");
    private final MetricsPage.Counter silences = page.counter(
            "pilot_xds_unanswered", "Responses to which a proxy said nothing for longer than it should need.", "type");
    private final MetricsPage.Counter losses =
            page.counter("pilot_xds_lost_streams", "Streams that broke without the proxy having ended them.");
    private final MetricsPage.Counter internalErrors =
            page.counter("pilot_total_xds_internal_errors", "Total number of internal XDS errors in pilot.");
    private final MetricsPage.Counter configEvents =
            page.counter("pilot_k8s_cfg_events", "Events from k8s config.", "type,event");
    private final MetricsPage.Counter triggers = page.counter(
            "pilot_push_triggers",
            "Total number of times a push was triggered, labeled by reason for the push.",
            "type");
    private final MetricsPage.Counter rejectedConfigs =
            page.counter("pilot_total_rejected_configs", "Total number of configs that Pilot had to reject or ignore.");
    private final MetricsPage.Counter refusedStreams =
            page.counter("pilot_xds_refused_streams", "Streams ended because of what the client said or lacked.");
    private final MetricsPage.Histogram convergence = page.histogram(
            "pilot_proxy_convergence_time",
            "Delay in seconds between config change and a proxy receiving all required configuration.",
            .1,
            .5,
            1,
            3,
            5,
            10,
            20,
            30);
    private final MetricsPage.Histogram pushTime = page.histogram(
            "pilot_xds_push_time",
            "Total time in seconds Pilot takes to push lds, rds, cds and eds.",
            .01,
            .1,
            1,
            3,
            5,
            10,
            20,
            30);
    private final MetricsPage.Histogram sizes = page.histogram(
            "pilot_xds_config_size_bytes",
            "Distribution of configuration sizes pushed to clients.",
            1,
            10_000,
            1_000_000,
            4_000_000,
            10_000_000,
            40_000_000);
    private final MetricsPage.Counter asked =
            page.counter("citadel_server_csr_count", "The number of CSRs received by Citadel server.");
    private final MetricsPage.Counter issued = page.counter(
            "citadel_server_success_cert_issuance_count", "The number of certificates issuances that have succeeded.");
    private final MetricsPage.Counter unauthenticated =
            page.counter("citadel_server_authentication_failure_count", "The number of authentication failures.");
    private final MetricsPage.Counter unparsed =
            page.counter("citadel_server_csr_parsing_err_count", "The number of errors occurred when parsing the CSR.");
    private final MetricsPage.Counter unsigned =
            page.counter("citadel_server_csr_sign_err_count", "The number of errors occurred when signing the CSR.");

    private MetricsPage.Counter rejectsOf(String type, String help) {
        return page.countingGauge("pilot_xds_" + type + "_reject", help, "node,err");
    }

    /** Metrics of the process come with it. */
    public IstiodMetrics() {
        ProcessMetrics.addTo(page);
    }

    /** A gauge that is asked when the page is; {@code labels} as the page writes them, without braces; empty for none. */
    public void gauge(String name, String help, String labels, DoubleSupplier value) {
        page.gauge(name, help, labels, value);
    }

    /** One gauge for each value of a label. */
    public void gauges(String name, String help, String label, Supplier<Map<String, ? extends Number>> values) {
        page.gauges(name, help, label, values);
    }

    /** All of it, families in the order of their names. */
    public void write(MetricsText out) throws IOException {
        page.write(out);
    }

    @Override
    public void pushed(ProxyNode node, String typeUrl, int resources, int removed, int bytes) {
        pushes.add(type(typeUrl), 1);
        sizes.observe(bytes);
    }

    @Override
    public void rejected(ProxyNode node, String typeUrl, int code, String reason) {
        rejects.add(type(typeUrl), 1);
        MetricsPage.Counter ofNodes = rejectsOfNodes.get(typeUrl);
        if (ofNodes != null) {
            String error = codeName(code);
            ofNodes.addBounded(node.id().replace(',', '_') + "," + error, "other," + error, 1);
        }
    }

    @Override
    public void expired(ProxyNode node, String typeUrl) {
        expired.add(type(typeUrl), 1);
    }

    @Override
    public void silent(ProxyNode node, String typeUrl, Duration since) {
        silences.add(type(typeUrl), 1);
    }

    @Override
    public void unsent(ProxyNode node, String typeUrl) {
        pushes.add(type(typeUrl) + "_senderr", 1);
    }

    @Override
    public void lost(ProxyNode node) {
        losses.add(1);
    }

    /** As Go's gRPC writes it: {@code InvalidArgument}. */
    private static String codeName(int code) {
        GrpcStatus status = GrpcStatus.valueOf(code);
        if (status == null) {
            return "Code(" + code + ")";
        }
        StringBuilder name = new StringBuilder();
        for (String word : status.name().split("_", -1)) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return status == GrpcStatus.CANCELLED ? "Canceled" : name.toString();
    }

    /** Istio's short name; clients may ask for anything, and a metric must not grow with what they say. */
    private static String type(String typeUrl) {
        return TypeUrls.PUSH_ORDER.contains(typeUrl) || typeUrl.equals(TypeUrls.NAME_TABLE)
                ? TypeUrls.shortName(typeUrl).toLowerCase(Locale.ROOT)
                : "other";
    }

    @Override
    public void took(ProxyNode node, Duration pushing) {
        pushTime.observe(pushing.toNanos() / 1e9);
    }

    @Override
    public void failed(ProxyNode node) {
        internalErrors.add(1);
    }

    @Override
    public void changed(ConfigChange change) {
        triggers.add("config", 1);
        for (ConfigChange.ResourceChange resource : change.resources()) {
            String kind = resource.resource().kind();
            String event = switch (resource.kind()) {
                case ADDED -> "add";
                case CHANGED -> "update";
                case REMOVED -> "delete";
            };
            configEvents.add(kind + "," + event, 1);
        }
    }

    @Override
    public void refused(String peerAddress, String reason) {
        refusedStreams.add(1);
    }

    @Override
    public void converged(ProxyNode node, Duration took) {
        convergence.observe(took.toNanos() / 1e9);
    }

    @Override
    public void problems(List<Problem> problems) {
        rejectedConfigs.add(problems.stream().filter(Problem::isError).count());
    }

    @Override
    public void asked() {
        asked.add(1);
    }

    @Override
    public void issued(SpiffeId identity, Duration ttl) {
        issued.add(1);
    }

    @Override
    public void refused(RefusedException.Reason reason, String message) {
        switch (reason) {
            case UNAUTHENTICATED, UNAVAILABLE -> unauthenticated.add(1);
            case INVALID -> unparsed.add(1);
            case DENIED -> unsigned.add(1);
        }
    }
}
