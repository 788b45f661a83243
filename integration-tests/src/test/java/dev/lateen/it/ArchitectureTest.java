package dev.lateen.it;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules at the end of the design, checked by machine. */
class ArchitectureTest {
    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.lateen");

    private static final String[] PURE = {
        "dev.lateen.api..",
        "dev.lateen.istiod.input..",
        "dev.lateen.istiod.model..",
        "dev.lateen.istiod.registry..",
        "dev.lateen.istiod.translate..",
        "dev.lateen.proxy.chain..",
        "dev.lateen.proxy.decide..",
        "dev.lateen.proxy.expression..",
        "dev.lateen.proxy.forward..",
        "dev.lateen.proxy.head..",
        "dev.lateen.proxy.reason..",
        "dev.lateen.proxy.model..",
        "dev.lateen.proxy.message..",
        "dev.lateen.proxy.route..",
        "dev.lateen.proxy.policy.."
    };

    /** Where clocks and sources of chance are made and handed on; whoever needs one is given it. */
    private static final String[] MAKE_TIME_AND_CHANCE = {
        "dev.lateen.istiod.IstiodBootstrap",
        "dev.lateen.istiod.ConfigReview",
        "dev.lateen.istiod.ControlPlane",
        "dev.lateen.istiod.ca.CertificatePairs",
        "dev.lateen.istiod.ca.TokenIssuer",
        "dev.lateen.proxy.DataPath",
        "dev.lateen.proxy.Proxy",
        "dev.lateen.proxy.ProxyAdmin",
        "dev.lateen.proxy.transport.EventLoops",
        "dev.lateen.proxy.upstream.Timers",
        "dev.lateen.proxy.xds.snapshot.SnapshotAssembler"
    };

    private static final Set<String> CLOCKS = Set.of(
            "java.lang.System.nanoTime",
            "java.lang.System.currentTimeMillis",
            "java.time.Instant.now",
            "java.time.InstantSource.system",
            "java.time.LocalDate.now",
            "java.time.LocalDateTime.now",
            "java.time.ZonedDateTime.now",
            "java.time.OffsetDateTime.now",
            "java.time.Clock.systemUTC",
            "java.time.Clock.systemDefaultZone",
            "java.lang.Math.random",
            "java.util.UUID.randomUUID",
            "java.util.concurrent.ThreadLocalRandom.current",
            "java.util.random.RandomGenerator.getDefault",
            "java.util.random.RandomGenerator.of");

    private static final Set<String> CHANCE =
            Set.of("java.util.Random", "java.util.SplittableRandom", "java.security.SecureRandom");

    /** Generated from Envoy's protos. */
    private static final String[] ENVOY = {"io.envoyproxy..", "com.github.udpa..", "com.github.xds.."};

    private static final String RESPONSE_FLAG = "dev.lateen.proxy.message.ResponseFlag";
    private static final String LIST = "java.util.List";

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(HOUSE);
    }

    @Test
    void istiodAndProxyNeverSeeEachOther() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.lateen.istiod..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.lateen.proxy..",
                        "dev.lateen.ingress..",
                        "dev.lateen.egress..",
                        "dev.lateen.injector..",
                        "dev.lateen.install.."));
        check(noClasses()
                .that()
                .resideInAPackage("dev.lateen.proxy..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.lateen.istiod..",
                        "dev.lateen.ingress..",
                        "dev.lateen.egress..",
                        "dev.lateen.injector..",
                        "dev.lateen.install.."));
    }

    @Test
    void meshApiDependsOnNoOtherModule() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.lateen.api..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.lateen..")
                        .and(DescribedPredicate.not(resideInAnyPackage("dev.lateen.api..")))));
    }

    @Test
    void theInjectorKnowsOnlyTheApi() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.lateen.injector..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.lateen.istiod..", "dev.lateen.proxy..", "dev.lateen.install.."));
    }

    @Test
    void theProxySeesNoCustomResource() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.lateen.proxy..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.lateen.api.networking..",
                        "dev.lateen.api.security..",
                        "dev.lateen.api.telemetry..",
                        "dev.lateen.api.extensions..",
                        "dev.lateen.api.yaml..",
                        "io.fabric8.."));
    }

    @Test
    void packagesHaveNoCycles() {
        for (String module : List.of("istiod", "proxy", "install", "injector")) {
            check(slices().matching("dev.lateen." + module + ".(*)..").should().beFreeOfCycles());
        }
        check(slices().matching("dev.lateen.(**)").should().beFreeOfCycles());
    }

    @Test
    void envoysClassesStayAtTheEdge() {
        check(noClasses()
                .that(are(resideInAnyPackage("dev.lateen.."))
                        .and(DescribedPredicate.not(resideInAnyPackage(
                                "dev.lateen.api.xds..",
                                "dev.lateen.istiod.translate..",
                                "dev.lateen.istiod.discovery..",
                                "dev.lateen.proxy.xds.."))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ENVOY));
    }

    /** What serves a role has a room; in the hall are its verticle, its bootstrap and the wiring. */
    @Test
    void rootPackagesHoldTheVerticleItsBootstrapAndTheWiringAlone() {
        Map<String, Set<String>> roots = Map.of(
                "dev.lateen.istiod",
                Set.of("Istiod", "IstiodBootstrap", "IstiodEvents", "ControlPlane", "SnapshotWriter", "ConfigReview"),
                "dev.lateen.proxy",
                Set.of("Proxy", "ProxyBootstrap", "ProxyAdmin", "DataPath"),
                "dev.lateen.ingress",
                Set.of("IngressGateway", "IngressDefaults"),
                "dev.lateen.egress",
                Set.of("EgressGateway", "EgressDefaults"));
        roots.forEach((root, names) -> assertThat(HOUSE.stream()
                        .filter(type -> type.getPackageName().equals(root))
                        .filter(type ->
                                type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                        .map(JavaClass::getSimpleName))
                .as(root)
                .isNotEmpty()
                .isSubsetOf(names));
    }

    @Test
    void everyRoleIsAVerticle() {
        for (String role : List.of(
                "dev.lateen.istiod.Istiod",
                "dev.lateen.proxy.Proxy",
                "dev.lateen.ingress.IngressGateway",
                "dev.lateen.egress.EgressGateway",
                "dev.lateen.injector.InjectorWebhook")) {
            assertThat(HOUSE.get(role).isAssignableTo("io.vertx.core.VerticleBase"))
                    .as(role)
                    .isTrue();
        }
    }

    /** Three writers had three ways to escape a label, and kept their pages in memory. */
    @Test
    void metricsAreWrittenInOnePlace() throws IOException {
        List<String> writers = new ArrayList<>();
        for (Path source : sources()) {
            if (Files.readString(source).contains("# TYPE")) {
                writers.add(source.getFileName().toString());
            }
        }
        assertThat(writers).containsExactly("MetricsText.java");
    }

    @Test
    void purePackagesTouchNoWorld() {
        check(noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "io.vertx..",
                                "io.netty..",
                                "io.fabric8.kubernetes.client..",
                                "java.nio.file..",
                                "java.nio.channels..",
                                "org.slf4j..",
                                "java.util.logging..")
                        .or(named(
                                "java.io.File",
                                "java.io.FileInputStream",
                                "java.net.Socket",
                                "java.net.ServerSocket",
                                "java.lang.Thread"))));
    }

    /** Decisions are asked by tests, by admission and by people without a socket, and come out the same twice. */
    @Test
    void timeAndChanceAreGivenAndNotTaken() {
        for (String room : MAKE_TIME_AND_CHANCE) {
            assertThat(HOUSE.stream().filter(named(room)).flatMap(each -> takenBy(each).stream()))
                    .as(room)
                    .isNotEmpty();
        }
        DescribedPredicate<JavaClass> rooms = named(MAKE_TIME_AND_CHANCE);
        Set<String> taken = new TreeSet<>();
        for (JavaClass type : HOUSE) {
            String name = type.getPackageName();
            if ((name.startsWith("dev.lateen.istiod")
                            || name.startsWith("dev.lateen.proxy")
                            || name.startsWith("dev.lateen.api")
                            || name.startsWith("dev.lateen.injector"))
                    && !rooms.test(type)) {
                takenBy(type).forEach(what -> taken.add(type.getFullName() + " takes " + what));
            }
        }
        assertThat(taken).isEmpty();
    }

    /** Calls and references. */
    private static Set<String> takenBy(JavaClass type) {
        Set<String> taken = new TreeSet<>();
        type.getAccessesFromSelf().forEach(access -> {
            String owner = access.getTargetOwner().getFullName();
            String target = owner + "." + access.getName();
            if (CLOCKS.contains(target) || CHANCE.contains(owner) && isMadeUp(access)) {
                taken.add(target);
            }
        });
        return taken;
    }

    /** Without a seed, which would be given. */
    private static boolean isMadeUp(JavaAccess<?> access) {
        return access.getName().equals("<init>")
                && access.getTarget() instanceof CodeUnitAccessTarget target
                && target.getRawParameterTypes().isEmpty();
    }

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
            assertThat(HOUSE.get(way).getMethodCallsFromSelf()).anyMatch(takesAStream);
        }
        check(noClasses()
                .that(are(resideInAnyPackage("dev.lateen..")).and(DescribedPredicate.not(named(ways))))
                .should()
                .callMethodWhere(takesAStream));
        // The control plane and the CA are no clusters of the configuration.
        check(noClasses()
                .that(are(resideInAnyPackage("dev.lateen.proxy.."))
                        .and(DescribedPredicate.not(
                                resideInAnyPackage("dev.lateen.proxy.xds..", "dev.lateen.proxy.identity.."))))
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.vertx.grpc.client..", "java.net.http..")
                        .or(named("io.vertx.core.http.HttpClient", "io.vertx.core.http.HttpClientAgent"))));
    }

    @Test
    void localReplyIsTheOnlyTableOfInventedAnswers() {
        String table = "dev.lateen.proxy.http.filter.LocalReply";
        assertThat(HOUSE.get(table)
                        .getConstructor("int", "java.lang.String", RESPONSE_FLAG, "java.lang.String", LIST, "int")
                        .getCallsOfSelf())
                .isNotEmpty();
        check(noClasses()
                .that(are(resideInAnyPackage("dev.lateen..")).and(DescribedPredicate.not(named(table))))
                .should()
                .callConstructor(table, "int", "java.lang.String", RESPONSE_FLAG, "java.lang.String", LIST, "int"));
        // Heads are read from the wire, rendered from that table, or configured word for word.
        String head = "dev.lateen.proxy.message.ResponseHead";
        assertThat(HOUSE.get(head)
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
        assertThat(HOUSE.get(inForce + "Current").getField("inForce").getModifiers())
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

    @Test
    void environmentIsReadOnlyAtTheDoor() {
        check(noClasses()
                .that(are(resideInAnyPackage("dev.lateen.."))
                        .and(DescribedPredicate.not(new DescribedPredicate<JavaClass>("bootstraps and mains") {
                            @Override
                            public boolean test(JavaClass type) {
                                String name = type.getSimpleName();
                                return name.endsWith("Bootstrap") || name.equals("Meshctl") || name.endsWith("Main");
                            }
                        })))
                .should()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "getProperty", String.class)
                .orShould()
                .callMethod(System.class, "getProperty", String.class, String.class));
    }

    @Test
    void userInputMeetsNoBacktrackingRegex() {
        check(noClasses()
                .that()
                .resideInAnyPackage("dev.lateen.api..", "dev.lateen.istiod..", "dev.lateen.proxy..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.regex.."));
    }

    @Test
    void namesSayWhatAThingIs() {
        check(noClasses()
                .that(are(new DescribedPredicate<JavaClass>("not named by Envoy's own contract") {
                    @Override
                    public boolean test(JavaClass type) {
                        return !type.getSimpleName().equals("HttpConnectionManager");
                    }
                }))
                .should()
                .haveNameMatching(".*(Impl|Manager|Helper|Utils?|Common|Base|Info|Data)"));
    }

    @Test
    void everyPackageSaysItsSentenceAndIsNullMarked() throws IOException {
        Set<String> missing = new TreeSet<>();
        for (Path source : sources()) {
            Path info = source.resolveSibling("package-info.java");
            if (!Files.exists(info) || !Files.readString(info).contains("@NullMarked")) {
                missing.add(Project.root().relativize(source.getParent()).toString());
            }
        }
        assertThat(missing).as("packages without a @NullMarked package-info").isEmpty();
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of(
                "mesh-api", "istiod", "proxy", "ingress-gateway", "egress-gateway", "injector-webhook", "install")) {
            try (Stream<Path> tree = Files.walk(Project.root().resolve(module).resolve("src/main/java"))) {
                tree.filter(path -> path.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }

    @Test
    void theHouseWasReallyLookedAt() {
        assertThat(HOUSE.stream().map(JavaClass::getPackageName).distinct())
                .contains(
                        "dev.lateen.istiod.translate",
                        "dev.lateen.proxy.route",
                        "dev.lateen.api.networking",
                        "dev.lateen.install");
    }

    private static DescribedPredicate<JavaClass> named(String... names) {
        return new DescribedPredicate<>("named " + String.join(", ", names)) {
            @Override
            public boolean test(JavaClass type) {
                for (String name : names) {
                    if (type.getFullName().equals(name) || type.getFullName().startsWith(name + "$")) {
                        return true;
                    }
                }
                return false;
            }
        };
    }
}
