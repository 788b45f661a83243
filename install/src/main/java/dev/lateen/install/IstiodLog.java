package dev.lateen.install;

import dev.lateen.api.xds.TypeUrls;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.IstiodEvents;
import dev.lateen.istiod.input.ConfigChange;
import dev.lateen.istiod.model.ProxyNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of a control plane alone: what was edited and is in force or not taken, who comes and goes, what a proxy rejects. */
final class IstiodLog implements IstiodEvents {
    private static final Logger LOG = LoggerFactory.getLogger(IstiodLog.class);
    private static final int SHOWN = 8;

    @Override
    public void changed(ConfigChange change) {
        String resources = change.resources().stream()
                .limit(SHOWN)
                .map(one -> one.resource() + " " + one.kind().name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        int more = change.resources().size() - SHOWN;
        LOG.info(
                "config: {}{}",
                resources.isEmpty() ? "mesh config changed" : resources,
                more > 0 ? ", and " + more + " more" : "");
    }

    @Override
    public void problems(List<Problem> problems) {
        for (Problem problem : problems) {
            if (problem.isError()) {
                LOG.error("not taken: {}", problem);
            } else {
                LOG.warn("{}", problem);
            }
        }
    }

    @Override
    public void connected(ProxyNode node) {
        LOG.info("connected: {}", node.id());
    }

    @Override
    public void disconnected(ProxyNode node) {
        LOG.info("disconnected: {}", node.id());
    }

    @Override
    public void lost(ProxyNode node) {
        LOG.warn("{} lost its stream; it keeps its config, and hears of no change until it is back", node.id());
    }

    @Override
    public void refused(String peerAddress, String reason) {
        LOG.warn("refused: {}: {}", peerAddress, reason);
    }

    @Override
    public void rejected(ProxyNode node, String typeUrl, int code, String reason) {
        LOG.warn("NOT in force on {}: it rejects {}: {}", node.id(), TypeUrls.shortName(typeUrl), reason);
    }

    @Override
    public void silent(ProxyNode node, String typeUrl, Duration since) {
        LOG.warn(
                "NOT in force on {}: no answer to {} for {} ms",
                node.id(),
                TypeUrls.shortName(typeUrl),
                since.toMillis());
    }

    @Override
    public void inForce(long version, Set<String> touched, Set<String> absent, Duration took) {
        if (!touched.isEmpty()) {
            LOG.info("version {} is in force at {} proxies after {} ms", version, touched.size(), took.toMillis());
        }
        if (!absent.isEmpty()) {
            LOG.warn("version {} is not known to {}, which lost their streams", version, new TreeSet<>(absent));
        }
    }
}
