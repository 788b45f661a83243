package dev.lateen.istiod.metrics;

import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.config.ConfigEvents;
import dev.lateen.istiod.discovery.DiscoveryEvents;
import dev.lateen.istiod.input.ConfigChange;
import dev.lateen.istiod.model.ProxyNode;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Tells both the metrics and whoever else listens. */
public record Observed<L extends ConfigEvents & DiscoveryEvents>(IstiodMetrics metrics, L listener)
        implements ConfigEvents, DiscoveryEvents {
    @Override
    public void changed(ConfigChange change) {
        metrics.changed(change);
        listener.changed(change);
    }

    @Override
    public void problems(List<Problem> problems) {
        metrics.problems(problems);
        listener.problems(problems);
    }

    @Override
    public void connected(ProxyNode node) {
        metrics.connected(node);
        listener.connected(node);
    }

    @Override
    public void disconnected(ProxyNode node) {
        metrics.disconnected(node);
        listener.disconnected(node);
    }

    @Override
    public void refused(String peerAddress, String reason) {
        metrics.refused(peerAddress, reason);
        listener.refused(peerAddress, reason);
    }

    @Override
    public void pushed(ProxyNode node, String typeUrl, int resources, int removed, int bytes) {
        metrics.pushed(node, typeUrl, resources, removed, bytes);
        listener.pushed(node, typeUrl, resources, removed, bytes);
    }

    @Override
    public void took(ProxyNode node, Duration pushing) {
        metrics.took(node, pushing);
        listener.took(node, pushing);
    }

    @Override
    public void failed(ProxyNode node) {
        metrics.failed(node);
        listener.failed(node);
    }

    @Override
    public void acknowledged(ProxyNode node, String typeUrl) {
        metrics.acknowledged(node, typeUrl);
        listener.acknowledged(node, typeUrl);
    }

    @Override
    public void lost(ProxyNode node) {
        metrics.lost(node);
        listener.lost(node);
    }

    @Override
    public void rejected(ProxyNode node, String typeUrl, int code, String reason) {
        metrics.rejected(node, typeUrl, code, reason);
        listener.rejected(node, typeUrl, code, reason);
    }

    @Override
    public void expired(ProxyNode node, String typeUrl) {
        metrics.expired(node, typeUrl);
        listener.expired(node, typeUrl);
    }

    @Override
    public void silent(ProxyNode node, String typeUrl, Duration since) {
        metrics.silent(node, typeUrl, since);
        listener.silent(node, typeUrl, since);
    }

    @Override
    public void unsent(ProxyNode node, String typeUrl) {
        metrics.unsent(node, typeUrl);
        listener.unsent(node, typeUrl);
    }

    @Override
    public void converged(ProxyNode node, Duration took) {
        metrics.converged(node, took);
        listener.converged(node, took);
    }

    @Override
    public void inForce(long version, Set<String> touched, Set<String> absent, Duration took) {
        metrics.inForce(version, touched, absent, took);
        listener.inForce(version, touched, absent, took);
    }
}
