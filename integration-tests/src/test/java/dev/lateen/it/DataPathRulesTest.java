package dev.lateen.it;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static dev.lateen.it.House.CLASSES;
import static dev.lateen.it.House.check;
import static dev.lateen.it.House.named;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import org.junit.jupiter.api.Test;

/** What holds on the way of every request: where channels are, that nothing blocks, one way to clusters, one table of invented answers, one reference to what is in force. */
class DataPathRulesTest {
    private static final String RESPONSE_FLAG = "dev.lateen.proxy.message.ResponseFlag";
    private static final String LIST = "java.util.List";

    @Test
    void channelsStayWhereTheyBelong() {
        check(noClasses()
                .that(are(resideInAnyPackage("dev.lateen.."))
                        .and(DescribedPredicate.not(resideInAnyPackage(
                                        "dev.lateen.proxy.transport..",
                                        "dev.lateen.proxy.tls..",
                                        "dev.lateen.proxy.listener..",
                                        "dev.lateen.proxy.http..",
                                        "dev.lateen.proxy.tcp..",
                                        "dev.lateen.proxy.dns..",
                                        "dev.lateen.proxy.http.pool.."))
                                .and(DescribedPredicate.not(named("dev.lateen.proxy.Proxy")))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty.channel..",
                        "io.netty.handler..",
                        "io.vertx.core.internal..",
                        "io.vertx.core.impl.."));
    }

    @Test
    void nothingInTheProxyBlocks() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.lateen.proxy..")
                .and(DescribedPredicate.not(named("dev.lateen.proxy.telemetry.LogSink")))
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod("io.vertx.core.Future", "await")
                .orShould()
                .callMethod(java.util.concurrent.CompletableFuture.class, "get")
                .orShould()
                .callMethod(java.util.concurrent.CompletableFuture.class, "join"));
    }

    /** Requests that pass, and calls of the proxy's own: there is no third way to a cluster, and so none without its TLS, breakers and limits. */
    @Test
    void clustersAreReachedByTheRouterAndByTheProxysOwnCalls() {
        DescribedPredicate<JavaMethodCall> takesAStream = new DescribedPredicate<>("take a stream from a pool") {
            @Override
            public boolean test(JavaMethodCall call) {
                return call.getTargetOwner().getName().equals("dev.lateen.proxy.http.pool.UpstreamPools")
                        && call.getName().equals("acquire");
            }
        };
        String[] ways = {"dev.lateen.proxy.http.UpstreamAttempt", "dev.lateen.proxy.http.call.HostCall"};
        for (String way : ways) {
            assertThat(CLASSES.get(way).getMethodCallsFromSelf()).anyMatch(takesAStream);
        }
        check(noClasses()
                .that(are(resideInAnyPackage("dev.lateen..")).and(DescribedPredicate.not(named(ways))))
                .should()
                .callMethodWhere(takesAStream));
        // The control plane, the CA and the pod's own application are no clusters of the configuration.
        check(noClasses()
                .that(are(resideInAnyPackage("dev.lateen.proxy.."))
                        .and(DescribedPredicate.not(resideInAnyPackage(
                                "dev.lateen.proxy.xds..", "dev.lateen.proxy.identity..", "dev.lateen.proxy.agent.."))))
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.vertx.grpc.client..", "java.net.http..")
                        .or(named("io.vertx.core.http.HttpClient", "io.vertx.core.http.HttpClientAgent"))));
    }

    @Test
    void localReplyIsTheOnlyTableOfInventedAnswers() {
        String table = "dev.lateen.proxy.http.filter.LocalReply";
        assertThat(CLASSES.get(table)
                        .getConstructor("int", "java.lang.String", RESPONSE_FLAG, "java.lang.String", LIST, "int")
                        .getCallsOfSelf())
                .isNotEmpty();
        check(noClasses()
                .that(are(resideInAnyPackage("dev.lateen..")).and(DescribedPredicate.not(named(table))))
                .should()
                .callConstructor(table, "int", "java.lang.String", RESPONSE_FLAG, "java.lang.String", LIST, "int"));
        // Heads are read from the wire, rendered from that table, or configured word for word.
        String head = "dev.lateen.proxy.message.ResponseHead";
        assertThat(CLASSES.get(head)
                        .getConstructor("int", "dev.lateen.proxy.message.HeaderMap")
                        .getCallsOfSelf())
                .isNotEmpty();
        check(noClasses()
                .that(are(resideInAnyPackage("dev.lateen.."))
                        .and(DescribedPredicate.not(resideInAnyPackage("dev.lateen.proxy.http.codec")))
                        .and(DescribedPredicate.not(named(
                                "dev.lateen.proxy.http.LocalReplyRenderer", "dev.lateen.proxy.http.RouteAnswers"))))
                .should()
                .callConstructor(head, "int", "dev.lateen.proxy.message.HeaderMap"));
    }

    /** A second reference that changes by itself is a second age: whoever reads both meets parts of two configurations. */
    @Test
    void whatIsInForceIsReplacedInOnePlace() {
        String inForce = "dev.lateen.proxy.inforce.";
        assertThat(CLASSES.get(inForce + "Current").getField("inForce").getModifiers())
                .contains(JavaModifier.VOLATILE);
        check(noFields()
                .that()
                .areDeclaredInClassesThat(resideInAPackage("dev.lateen.proxy..")
                        // A breaker counts for a name, whatever its configuration, and follows the newest limits.
                        .and(DescribedPredicate.not(
                                named(inForce + "Current", "dev.lateen.proxy.upstream.CircuitBreaker"))))
                .and()
                .haveModifier(JavaModifier.VOLATILE)
                .should()
                .haveRawType(resideInAnyPackage("dev.lateen.proxy.inforce", "dev.lateen.proxy.model")
                        .or(named("dev.lateen.proxy.chain.ListenerTable"))
                        .or(named("dev.lateen.proxy.chain.ListenerRuntime"))
                        .or(named("dev.lateen.proxy.chain.FilterChainRuntime"))
                        .or(named("dev.lateen.proxy.route.RouteMatcher"))));
    }
}
