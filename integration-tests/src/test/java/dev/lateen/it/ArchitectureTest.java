package dev.lateen.it;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static dev.lateen.it.House.CLASSES;
import static dev.lateen.it.House.check;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may know whom, and what has a room where: the rules at the end of the design, checked by machine. */
class ArchitectureTest {
    /** Generated from Envoy's protos. */
    private static final String[] ENVOY = {"io.envoyproxy..", "com.github.udpa..", "com.github.xds.."};

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
    void manifestsAreTheSameInEachRun() {
        DescribedPredicate<JavaMethodCall> unordered = DescribedPredicate.describe(
                "Map.of with several pairs, whose order differs from run to run",
                call -> call.getTargetOwner().isEquivalentTo(Map.class)
                        && call.getName().equals("of")
                        && call.getTarget().getRawParameterTypes().size() > 2);
        check(noClasses()
                .that()
                .resideInAPackage("dev.lateen.install.manifest..")
                .and()
                // Its values are sorted when they are made.
                .doNotHaveSimpleName("Profile")
                .should()
                .callMethodWhere(unordered));
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
                Set.of("Istiod", "IstiodBootstrap", "IstiodEvents", "IstiodParts", "SnapshotWriter", "ConfigReview"),
                "dev.lateen.proxy",
                Set.of("Proxy", "ProxyBootstrap", "ProxyAdmin", "DataPath"),
                "dev.lateen.ingress",
                Set.of("IngressGateway", "IngressDefaults"),
                "dev.lateen.egress",
                Set.of("EgressGateway", "EgressDefaults"));
        roots.forEach((root, names) -> assertThat(CLASSES.stream()
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
            assertThat(CLASSES.get(role).isAssignableTo("io.vertx.core.VerticleBase"))
                    .as(role)
                    .isTrue();
        }
    }

    @Test
    void theHouseWasReallyLookedAt() {
        assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct())
                .contains(
                        "dev.lateen.istiod.translate",
                        "dev.lateen.proxy.route",
                        "dev.lateen.api.networking",
                        "dev.lateen.install");
    }
}
