#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
The mutants that mutants.sh is to try: those of lists, or some at random.

    mutate.py TREE TESTS [--only PATTERN] [--source FILE]... LIST...
    mutate.py TREE TESTS --random N --seed S [--source FILE]...

TREE has the sources, TESTS says which tests a file has: see "tests" in this directory.
Prints a line for each mutant, of these fields, separated by 0x1f: the path in TREE,
the offset and the length of what is replaced, by what, the tests, the reason why it
may survive, and the mutant as a list has it.

A line of a list is

    FILE :: TESTS :: OLD => NEW
    FILE :: TESTS :: OLD => NEW :: REASON

FILE has no folder. TESTS are without _test and .sh, the fastest first; "-" are those of
TESTS. OLD is on one line of FILE and nowhere else in it; "ANCHOR >> OLD" is the first
OLD behind the only ANCHOR. Without NEW, OLD is deleted; a statement leaves its
semicolon. REASON begins with "equivalent:" or "unseen:". Comments begin with "#".
"""
import argparse
import os
import random
import re
import sys

LINE = re.compile(r'(\S+)\s+::\s+(.+?)\s+::\s+(.+?)\s+=>(.*?)(?:\s+::\s+(\S.*))?$')
REASON = re.compile(r'(equivalent|unseen):\s*\S')


class Refused(Exception):
    pass


class Tree:
    def __init__(self, top, table):
        # Latin-1: a character is a byte.
        self.top, self.texts, self.paths = top, {}, {}
        for folder, _, names in os.walk(top):
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), top)
                self.paths.setdefault(name, []).append(path)
        self.tests = {}
        for line in open(table, encoding='latin-1'):
            words = line.split('#')[0].split()
            if words:
                self.tests[words[0]] = ' '.join(words[1:])

    def path(self, name):
        paths = self.paths.get(name, [])
        if len(paths) != 1:
            raise Refused(f'{len(paths)} files are called {name}')
        return paths[0]

    def text(self, name):
        if name not in self.texts:
            with open(os.path.join(self.top, self.path(name)), encoding='latin-1',
                      newline='') as f:
                self.texts[name] = f.read()
        return self.texts[name]


def place(text, old):
    """Where @old of a list is in @text: offset and length."""
    if text.count(old) == 1:
        return text.index(old), len(old)
    # A shift looks like an anchor, so every way to read it is tried.
    for between in re.finditer(r'\s>>\s', old):
        anchor, rest = old[:between.start()].strip(), old[between.end():].strip()
        if anchor and rest and text.count(anchor) == 1:
            at = text.find(rest, text.index(anchor) + len(anchor))
            if at >= 0:
                return at, len(rest)
    what = f'"{old}"' + (', nor its anchor,' if ' >> ' in old else '')
    raise Refused(f'{what} is not there exactly once: {text.count(old)} times')


def mutant(tree, line):
    """The fields of a line of a list."""
    parts = LINE.match(line)
    if not parts:
        raise Refused('not FILE :: TESTS :: OLD => NEW')
    name, tests, old, new, reason = (part.strip() for part in parts.groups(''))
    if reason and not REASON.match(reason):
        raise Refused(f'a reason begins with equivalent: or unseen:, not "{reason}"')
    if tests == '-':
        tests = tree.tests.get(name)
        if not tests:
            raise Refused(f'no tests of {name} are known')
    at, length = place(tree.text(name), old)
    replaced = tree.text(name)[at:at + length]
    if replaced == new:
        raise Refused('OLD and NEW are the same')
    if not new and replaced.endswith(';'):
        new = ';'
    return tree.path(name), at, length, new, tests, reason, f'{name}: {old} => {new}'


# Operators that one may take for another. Blanks about them, as our style has
# them, tell them from pointers, arrows, shifts and signs.
SWAPS = [(r'(?<= )%s(?= )' % re.escape(a), b) for a, b in (
    ('<', '<='), ('<=', '<'), ('>', '>='), ('>=', '>'), ('==', '!='), ('!=', '=='),
    ('+', '-'), ('-', '+'), ('+=', '-='), ('-=', '+='), ('&&', '||'), ('||', '&&'))]
SWAPS += [(r'(?<![\w.])0(?![\w.])', '1'), (r'(?<![\w.])1(?![\w.])', '0'),
          (r'!(?!=)', ''), (r'\btrue\b', 'false'), (r'\bfalse\b', 'true'),
          (r'\+\+', '--'), (r'--', '++')]
STATEMENT = re.compile(r'\t+([*+-]*\w[^\s=;,]* [-+|&]?= |[\w>.-]+\(|[*+-]*\w[\w>.[\]-]*(\+\+|--);'
                       r'|(\+\+|--)|break;|continue;)')
BLANKED = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
                     r'|^[ \t]*#(?:\\\n|[^\n])*', re.S | re.M)


def random_changes(text):
    """All single changes that can be made, as (line number, new text of the line)."""
    blanked = BLANKED.sub(lambda m: re.sub(r'[^\n]', ' ', m.group()), text)
    inside = False
    for nr, (code, line) in enumerate(zip(blanked.split('\n'), text.split('\n'))):
        # Functions only.
        inside = code.startswith('{') or (inside and not code.startswith('}'))
        if not inside or not code.startswith('\t'):
            continue
        for pattern, new in SWAPS:
            for found in re.finditer(pattern, code):
                yield nr, line[:found.start()] + new + line[found.end():]
        if STATEMENT.match(code) and code.rstrip().endswith(';') and \
           code.count('(') == code.count(')'):
            yield nr, ''


def listed(text, nr, new):
    """OLD => NEW of a list for a changed line, None if there is no way to write it."""
    lines = text.split('\n')
    old, at = lines[nr].strip(), sum(len(line) + 1 for line in lines[:nr])
    at += lines[nr].index(old)
    for anchor in [''] + lines[nr - 1:max(nr - 30, 0):-1]:
        which = f'{anchor.strip()} >> {old}' if anchor else old
        try:
            if place(text, which) == (at, len(old)):
                return f'{which} => {new.strip()}'
        except Refused:
            pass
    return None


def at_random(tree, names, seed):
    """Mutants at random places, without end in sight: no two are the same."""
    rng = random.Random(seed)
    changes = [(name, nr, new) for name in sorted(names)
               for nr, new in sorted(set(random_changes(tree.text(name))))]
    rng.shuffle(changes)
    for name, nr, new in changes:
        change = listed(tree.text(name), nr, new)
        if change:
            yield mutant(tree, f'{name} :: - :: {change}')


def of_lists(tree, lists, only, names):
    """The mutants of @lists. All that cannot be used are told, then it is over."""
    refused = False
    for path in lists:
        for nr, line in enumerate(open(path, encoding='latin-1'), 1):
            if not line.strip() or line.startswith('#'):
                continue
            if not re.search(only, line) or (names and line.split()[0] not in names):
                continue
            try:
                yield mutant(tree, line.strip())
            except Refused as why:
                print(f'{path}:{nr}: {why}', file=sys.stderr)
                refused = True
    if refused:
        sys.exit(2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('tree')
    parser.add_argument('tests')
    parser.add_argument('--only', default='')
    parser.add_argument('--source', action='append', default=[])
    parser.add_argument('--random', type=int, default=0)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('lists', nargs='*')
    args = parser.parse_intermixed_args()
    sys.stdout.reconfigure(encoding='latin-1')
    tree = Tree(args.tree, args.tests)
    try:
        mutants = list(of_lists(tree, args.lists, args.only, args.source))
        if args.random:
            chosen = at_random(tree, args.source or tree.tests, args.seed)
            mutants += [m for m, _ in zip(chosen, range(args.random))]
    except Refused as why:
        sys.exit(f'mutate.py: {why}')
    for fields in mutants:
        print('\x1f'.join(map(str, fields)))


if __name__ == '__main__':
    main()
