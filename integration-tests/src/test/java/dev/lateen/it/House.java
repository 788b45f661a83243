package dev.lateen.it;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the rules are checked on. */
final class House {
    /** All classes of Lateen but its tests, read once for all rules. */
    static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.lateen");

    private House() {}

    static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }

    /** These classes and what is nested in them. */
    static DescribedPredicate<JavaClass> named(String... names) {
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

    /** The source files of all modules. @param tree main or test */
    static List<Path> sources(String tree) throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(Project.root())) {
            for (Path module : modules.toList()) {
                Path java = module.resolve("src").resolve(tree).resolve("java");
                if (Files.isDirectory(java)) {
                    try (Stream<Path> files = Files.walk(java)) {
                        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                    }
                }
            }
        }
        return sources;
    }
}
