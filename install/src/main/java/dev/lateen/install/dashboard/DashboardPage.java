package dev.lateen.install.dashboard;

import dev.lateen.install.failure.CommandFailure;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What has pages to be looked at, by istioctl's names, with its port and where its pages begin. */
enum DashboardPage {
    ENVOY("envoy", "", 15000, "/"),
    PROXY("proxy", "", 15000, "/"),
    ISTIOD_DEBUG("istiod-debug", "", 15014, "/debug"),
    PROMETHEUS("prometheus", "app.kubernetes.io/name=prometheus", 9090, ""),
    GRAFANA("grafana", "app.kubernetes.io/name=grafana", 3000, ""),
    KIALI("kiali", "app=kiali", 20001, "/kiali"),
    JAEGER("jaeger", "app=jaeger", 16686, ""),
    ZIPKIN("zipkin", "app=zipkin", 9411, ""),
    SKYWALKING("skywalking", "app=skywalking-ui", 8080, "");

    private final String word;
    private final String label;
    private final int port;
    private final String path;

    DashboardPage(String word, String label, int port, String path) {
        this.word = word;
        this.label = label;
        this.port = port;
        this.path = path;
    }

    /** @throws CommandFailure for a word that is none of them */
    static DashboardPage of(String name) {
        String word = name.toLowerCase(Locale.ROOT);
        for (DashboardPage page : values()) {
            if (page.word.equals(word)) {
                return page;
            }
        }
        String known = Stream.of(values()).map(DashboardPage::word).collect(Collectors.joining(", "));
        String why = word.equals("controlz") ? ": this istiod has no ControlZ; what it shows is at istiod-debug" : "";
        throw new CommandFailure(CommandFailure.BAD_INPUT, "dashboard: " + name + why + " (expected: " + known + ")");
    }

    String word() {
        return word;
    }

    /** By which label the add-on's pods are found, {@code KEY=VALUE}; empty for what is named. */
    String label() {
        return label;
    }

    int port() {
        return port;
    }

    String path() {
        return path;
    }

    /** Whether a pod has to be named. */
    boolean isOfProxy() {
        return this == ENVOY || this == PROXY;
    }
}
