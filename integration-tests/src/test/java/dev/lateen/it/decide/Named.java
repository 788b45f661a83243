package dev.lateen.it.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.it.decide.Expected.Kind;
import dev.lateen.proxy.reason.Finding;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import java.util.List;

/** Checks that a trace names whose resource it was, by what the generated mesh is known to hold. */
final class Named {
    private Named() {}

    static void check(
            World world, dev.lateen.it.decide.Question question, Expected expected, Trace trace, String about) {
        if (question.inbound()) {
            securedBy(world.securing(), expected, trace, about);
        }
        if (question.gateway()) {
            gatewayServer(question, expected, trace, about);
        } else if (!question.inbound() && question.request() != null) {
            String host = question.request().host();
            routedBy(world.has("vs-" + host) ? "vs-" + host : "", trace, about);
        }
        if (expected.details().startsWith("rbac_access_denied")) {
            denied(expected, trace, about);
        }
        if (expected.details().equals("fault_filter_abort")) {
            assertThat(last(trace, Question.FAULT).resource().kind()).as(about).isEqualTo("virtual-service");
        }
        if (expected.kind() == Kind.FORWARDED && expected.cluster().startsWith("outbound|")) {
            String host = expected.cluster().substring(expected.cluster().lastIndexOf('|') + 1);
            String rule = "dr-" + host.substring(0, host.indexOf('.'));
            assertThat(last(trace, Question.TRANSPORT_SOCKET).resource().name())
                    .as(about)
                    .isEqualTo(world.has(rule) ? rule : "");
            assertThat(trace.of(Question.RETRY)).as(about).isNotEmpty();
        }
    }

    /** Which PeerAuthentication decides how the port takes connections, and closed it for whom it does not want. */
    private static void securedBy(String policy, Expected expected, Trace trace, String about) {
        List<Finding> secured = trace.of(Question.DOWNSTREAM_TLS);
        if (!secured.isEmpty()) {
            assertThat(secured.getLast().resource().name()).as(about).isEqualTo(policy);
            return;
        }
        assertThat(expected.kind()).as(about).isEqualTo(Kind.CLOSED);
        assertThat(trace.of(Question.FILTER_CHAIN))
                .as(about)
                .anyMatch(each -> !each.held() && each.resource().name().equals(policy));
    }

    private static void gatewayServer(
            dev.lateen.it.decide.Question question, Expected expected, Trace trace, String about) {
        String asked = question.tls() == null ? "" : question.tls().serverName();
        int server = question.tls() == null ? 0 : asked.equals("g1.example") ? 1 : asked.equals("g2.example") ? 2 : -1;
        Finding chain = trace.of(Question.FILTER_CHAIN).getLast();
        assertThat(chain.held()).as(about).isEqualTo(server >= 0);
        if (server >= 0) {
            assertThat(chain.resource().text())
                    .as(about)
                    .isEqualTo("gateway istio-system/front spec.servers[" + server + "]");
        } else {
            assertThat(expected.kind()).as(about).isEqualTo(Kind.CLOSED);
            assertThat(trace.of(Question.FILTER_CHAIN).getFirst().resource().name())
                    .as(about)
                    .isEqualTo("front");
        }
    }

    private static void routedBy(String virtualService, Trace trace, String about) {
        boolean unknown = last(trace, Question.VIRTUAL_HOST).rule().endsWith("matches \"*\"");
        for (Finding route : trace.of(Question.ROUTE)) {
            // A host that nobody declares, or that a Sidecar hides, is everybody's.
            assertThat(route.resource().name()).as(about).isEqualTo(unknown ? "" : virtualService);
        }
        if (!unknown && !virtualService.isEmpty()) {
            assertThat(trace.of(Question.ROUTE)).as(about).isNotEmpty();
        }
    }

    private static void denied(Expected expected, Trace trace, String about) {
        String details = expected.details();
        if (expected.kind() == Kind.DENIED && trace.of(Question.ACCESS).size() == 1 && details.contains("[none]")) {
            // Of a policy that allows only what TCP does not have, such as paths, an empty list is left, which says
            // nothing of whose it is.
            return;
        }
        assertThat(trace.of(Question.ACCESS))
                .as(about)
                .anyMatch(each -> each.resource().kind().equals("authorization-policy")
                        && each.resource().name().startsWith("ap-"));
        Finding last = last(trace, Question.ACCESS);
        if (!details.contains("[none]")) {
            assertThat(last.held()).as(about).isTrue();
            assertThat(details).as(about).contains("policy[" + last.resource().name() + "]");
        }
    }

    private static Finding last(Trace trace, Question question) {
        List<Finding> found = trace.of(question);
        assertThat(found).as("%s in %s", question, trace.findings()).isNotEmpty();
        return found.getLast();
    }
}
