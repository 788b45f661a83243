package dev.lateen.it;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static dev.lateen.it.House.CLASSES;
import static dev.lateen.it.House.check;
import static dev.lateen.it.House.named;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What decides is given all that it decides by: no world, no clock, no chance, no environment. */
class PurityTest {
    private static final String[] PURE = {
        "dev.lateen.api..",
        "dev.lateen.injector.after..",
        "dev.lateen.injector.overlay..",
        "dev.lateen.injector.pod..",
        "dev.lateen.injector.settings..",
        "dev.lateen.injector.text..",
        "dev.lateen.injector.tree..",
        "dev.lateen.istiod.admission..",
        "dev.lateen.istiod.input..",
        "dev.lateen.istiod.kubernetes.object..",
        "dev.lateen.istiod.model..",
        "dev.lateen.istiod.registry..",
        "dev.lateen.istiod.translate..",
        "dev.lateen.proxy.capture..",
        "dev.lateen.proxy.chain..",
        "dev.lateen.proxy.decide..",
        "dev.lateen.proxy.expression..",
        "dev.lateen.proxy.forward..",
        "dev.lateen.proxy.head..",
        "dev.lateen.proxy.jwt..",
        "dev.lateen.proxy.reason..",
        "dev.lateen.proxy.model..",
        "dev.lateen.proxy.message..",
        "dev.lateen.proxy.names..",
        "dev.lateen.proxy.route..",
        "dev.lateen.proxy.policy.."
    };

    /** Where clocks and sources of chance are made and handed on; whoever needs one is given it. */
    private static final String[] MAKE_TIME_AND_CHANCE = {
        "dev.lateen.istiod.IstiodBootstrap",
        "dev.lateen.istiod.ConfigReview",
        "dev.lateen.istiod.IstiodParts",
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
            assertThat(CLASSES.stream().filter(named(room)).flatMap(each -> takenBy(each).stream()))
                    .as(room)
                    .isNotEmpty();
        }
        DescribedPredicate<JavaClass> rooms = named(MAKE_TIME_AND_CHANCE);
        Set<String> taken = new TreeSet<>();
        for (JavaClass type : CLASSES) {
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
}
